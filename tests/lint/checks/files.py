"""Files are small, finished, and know nothing of the machine that they were written on; scripts parse."""
import re
import subprocess

CPP_LINES_MAX = 400

FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "finish it, or write down elsewhere that it is not"),
    (re.compile(r"(?<![\w./$}-])/(work|home|root|Users)/[\w.]"), "a path of one machine"),
    (re.compile(r"https?://(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d+\.\d+\.\d+\.\d+"), "the address of one machine"),
    (re.compile(r"https?://[\w.-]*\b(pypi|pythonhosted|npmjs|crates|artifactory|nexus|proxy\.golang)\b"),
     "a package registry: dependencies come from the distribution, by deploy/install-deps"),
]
# This table, and samples that are wrong on purpose.
EXCEPT = ("tests/lint/",)


def forbidden_in(name, text):
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, reason in FORBIDDEN:
            match = pattern.search(line)
            if match and "lint: allow" not in line:
                found.append(f"{name}:{number}: '{match.group()}': {reason}")
    return found


def length_problems(name, text):
    lines = text.count("\n")
    return [f"{name} has {lines} lines; {CPP_LINES_MAX} are the most: split it by purpose"] if lines > CPP_LINES_MAX else []


def python_problems(name, text):
    try:
        compile(text, name, "exec", dont_inherit=True)
    except SyntaxError as problem:
        return [f"{name}:{problem.lineno}: {problem.msg}"]
    return []


def shell_problems(name, text):
    run = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    return [f"{name}: {run.stderr.strip()}"] if run.returncode else []


def problems(repo):
    found = []
    for name in repo.files:
        text = repo.text(name)
        if text is not None and not name.startswith(EXCEPT):
            found += forbidden_in(name, text)
    for name in repo.cpp_files():
        found += length_problems(name, repo.text(name))
    for name in repo.python_files():
        found += python_problems(name, repo.text(name))
    for name in repo.shell_scripts():
        found += shell_problems(name, repo.text(name))
    return found


def self_test(_repo):
    bad = ["// TODO: later", "path: /home/someone/terrace", "url: http://10.0.0.7:8080/repo", "pip: https://pypi.org/simple"]
    good = ["http://127.0.0.1:7480", "STATE/home/x", "/var/lib/terrace", "https://fedoraproject.org/"]
    return ([f"self-test: '{line}' was not found" for line in bad if not forbidden_in("x", line)] +
            [f"self-test: '{line}' was found" for line in good if forbidden_in("x", line)] +
            ([] if length_problems("x.cpp", "\n" * 401) else ["self-test: a long file was not found"]) +
            ([] if python_problems("x.py", "def f(:\n") else ["self-test: bad Python was not found"]) +
            ([] if shell_problems("x", "if true; then\n") else ["self-test: a bad shell script was not found"]))
