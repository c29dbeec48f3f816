"""Migrations are numbered from 0001 without gaps: what a database has run is told by the number alone."""
import re
from pathlib import PurePosixPath

FOLDER = "scheduler/store/migrations/"


def problems_of(names):
    found = []
    expected = 1
    for name in sorted(names):
        match = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", name)
        if not match:
            found.append(f"{name} is not named NNNN_what_it_does.sql")
            continue
        if int(match[1]) != expected:
            found.append(f"{name} has number {match[1]}; {expected:04} is next")
        expected = int(match[1]) + 1
    return found


def problems(repo):
    names = [PurePosixPath(name).name for name in repo.files if name.startswith(FOLDER) and name.endswith(".sql")]
    return problems_of(names) if names else [f"{FOLDER} holds no migration"]


def self_test(_repo):
    bad = [["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"], ["0002_a.sql"], ["1_a.sql"]]
    found = [f"self-test: {names} was not found" for names in bad if not problems_of(names)]
    return found + (["self-test: good names were found"] if problems_of(["0001_a.sql", "0002_b.sql"]) else [])
