"""A co_await stands alone (docs/decisions/0002): g++ 12 destroys some temporaries of its statement twice.

clang-query looks at the syntax trees of all files that contain co_await, so it needs a configured build folder.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOOLS = ("clang-query-19", "clang-query", "clang-query-14")
SAMPLE = "tests/lint/samples/bad_coroutine.cpp"

IN = 'isExpansionInFileMatching("FOLDER")'
AWAIT_INSIDE = "anyOf(coawaitExpr(), hasDescendant(coawaitExpr()))"
# One matcher, so that the tree is walked once.
MATCHER = f"""stmt(anyOf(
    coawaitExpr({IN}, hasDescendant(expr(anyOf(lambdaExpr(), conditionalOperator(), initListExpr())))),
    initListExpr({IN}, hasDescendant(coawaitExpr())),
    binaryOperator({IN}, hasAnyOperatorName("&&", "||"), hasDescendant(coawaitExpr())),
    ifStmt({IN}, hasCondition({AWAIT_INSIDE})),
    switchStmt({IN}, hasCondition({AWAIT_INSIDE}))))"""
RULE = "a co_await stands alone: no lambda, braces or ?: in its statement, and not in a condition, && or ||"


def query(name_of_tool, database, root, file):
    """(file, line) of every match; raises RuntimeError if the file could not be read."""
    folder = re.sub(r"([.\[\](){}*+?|^$\\])", r"\\\1", str(root)) + "/"
    match = "match " + " ".join(MATCHER.replace("FOLDER", folder).split())
    run = subprocess.run([name_of_tool, "-p", str(database), "-c", "set output diag", "-c", match, str(file)],
                         capture_output=True, text=True)
    output = run.stdout + run.stderr
    error = re.search(r"^.*(fatal )?error: .*$", output, re.MULTILINE)
    if run.returncode or error or not re.search(r"^\d+ match(es)?\.$", output, re.MULTILINE):
        raise RuntimeError(f"{file}: {error.group() if error else output.strip()[-400:]}")
    return {(found[1], int(found[2])) for found in re.finditer(r'^(.+?):(\d+):\d+: note: "root" binds here', output,
                                                               re.MULTILINE)}


def tool():
    return next((name for name in TOOLS if shutil.which(name)), None)


def without_precompiled_headers(command):
    """A configured folder need not be built: what only building makes is taken out of the command."""
    words = command.get("arguments") or shlex.split(command["command"])
    kept = []
    i = 0
    while i < len(words):
        if words[i] == "-Xclang" and words[i + 1:i + 2] and words[i + 1] in ("-include-pch", "-include", "-fno-pch-timestamp"):
            i += 2 if words[i + 1] == "-fno-pch-timestamp" else 4
            continue
        if words[i] == "-Winvalid-pch":
            i += 1
            continue
        if words[i] == "-include" and "cmake_pch" in words[i + 1]:
            i += 2
            continue
        kept.append(words[i])
        i += 1
    return {"directory": command["directory"], "file": command["file"], "arguments": kept}


def problems(repo):
    if not tool():
        return ["clang-query is not installed; deploy/install-deps installs it"]
    database = repo.compile_commands()
    if not database:
        return ["no build folder has a compile_commands.json: run cmake --preset dev, or give --build-dir"]
    commands = {os.path.realpath(os.path.join(c["directory"], c["file"])): c for c in json.loads(database.read_text())}
    wanted = [name for name in repo.files if name.endswith(".cpp") and not name.startswith("tests/lint/")
              and "co_await" in repo.text(name)]
    unknown = [name for name in wanted if os.path.realpath(repo.root / name) not in commands]
    found = [f"{name} has a co_await and is not in {database}" for name in unknown]
    with tempfile.TemporaryDirectory() as folder:
        stripped = [without_precompiled_headers(command) for command in commands.values()]
        Path(folder, "compile_commands.json").write_text(json.dumps(stripped))

        def look(name):
            try:
                return [f"{os.path.relpath(file, repo.root)}:{line}: {RULE}"
                        for file, line in query(tool(), folder, repo.root, repo.root / name)]
            except RuntimeError as problem:
                return [f"clang-query could not read {problem}"]

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            matches = set().union(*pool.map(look, [name for name in wanted if name not in unknown]))
    return found + sorted(matches)


def self_test(repo):
    if not tool():
        return []  # problems() says so
    sample = repo.root / SAMPLE
    with tempfile.TemporaryDirectory() as folder:
        command = {"directory": folder, "file": str(sample), "arguments": ["clang++", "-std=c++20", "-c", str(sample)]}
        Path(folder, "compile_commands.json").write_text(json.dumps([command]))
        try:
            found = {number for _, number in query(tool(), folder, repo.root, sample)}
        except RuntimeError as problem:
            return [f"self-test: {problem}"]
    marked = {number for number, line in enumerate(sample.read_text().split("\n"), 1) if "// BAD" in line}
    return ([f"self-test: {SAMPLE}:{number} was not found" for number in sorted(marked - found)] +
            [f"self-test: {SAMPLE}:{number} is fine and was found" for number in sorted(found - marked)])
