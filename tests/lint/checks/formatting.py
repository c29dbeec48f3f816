"""clang-format has the last word on the format of C++."""
import re
import shutil
import subprocess

TOOL = "clang-format"


def problems(repo):
    if not shutil.which(TOOL):
        return [f"{TOOL} is not installed; deploy/install-deps installs it"]
    run = subprocess.run([TOOL, "--dry-run", "-Werror", *repo.cpp_files()], cwd=repo.root, capture_output=True, text=True)
    if run.returncode == 0:
        return []
    files = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error: code should be clang-formatted", run.stderr, re.MULTILINE)))
    return [f"{name}: run {TOOL} -i {name}" for name in files] or [run.stderr.strip() or f"{TOOL} failed"]


def self_test(repo):
    if not shutil.which(TOOL):
        return []
    run = subprocess.run([TOOL, "--dry-run", "-Werror", "--assume-filename=x.cpp"], cwd=repo.root, capture_output=True,
                         text=True, input="int  f( ) {return 1 ;}\n")
    return [] if run.returncode else [f"self-test: {TOOL} found nothing wrong with bad format"]
