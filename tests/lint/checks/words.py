"""One word for one thing (docs/architecture.md, section 3): the usual synonyms are not used.

A line that needs such a word says so in a comment: `lint: allow WORD`.
"""
import re

# What is wrong, what to write instead, and the context in which the word is another thing and stays.
RULES = [
    (r"\bjobs?\b", "build or attempt", r"\b[Jj]obs?\s*[:=]|ctest|--jobs|\bCI\b|sanitizer|ASan job"),
    (r"\btasks?\b", "attempt", r"Koji|/task|TasksMax|TASK"),
    (r"\bchannels?\b", "group", r"Koji|experimental::channel|audio|stereo|mono"),
    (r"\bhost[ _-]groups?\b", "group", r"Koji"),
    (r"\b(micro-?architecture|isa|psabi)[ _-]levels?\b", "level", r"isa_level|psABI|isa-level"),
    (r"\bx86-64-v[234]\b", "x86_64_v3 (the other spelling is the compiler's)",
     r"march|target-cpu|GOAMD64|-z[ ,]|psABI|[Cc]ompiler|Change|ELF|[Rr]ust|glibc|linker"),
    (r"\bx86_64-v[234]\b|\bx86-64_v[234]\b", "x86_64_v3", None),
    (r"\b(build|builder)[ _-]?(node|agent)s?\b", "worker", None),
    (r"\bfencing[ _-]token\b", "fence", None),
    (r"\bwork[ _-]?items?\b", "build, comparison or attempt", None),
    (r"\bsource[ _-]rpm[ _-]files?\b", "SRPM", None),
    (r"\bbuild[ _-]?requests?\b", "rebuild", None),
]
COMPILED = [(re.compile(wrong, re.IGNORECASE), right, re.compile(fine) if fine else None) for wrong, right, fine in RULES]

SUFFIXES = (".cpp", ".hpp", ".sql", ".json", ".yaml", ".yml", ".md", ".cfg", ".tpl", ".html", ".js", ".py", ".txt")
# Other people's words: upstream's descriptions in specs, and this table.
NOT_OURS = ("tests/lint/", "tests/data/")


def is_read(repo, name):
    return not name.startswith(NOT_OURS) and (name.endswith(SUFFIXES) or repo.first_line(name).startswith("#!"))


def problems_of(name, text):
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for wrong, right, fine in COMPILED:
            match = wrong.search(line)
            if not match or (fine and fine.search(line)) or f"lint: allow {match.group().lower()}" in line:
                continue
            found.append(f"{name}:{number}: '{match.group()}': write {right}")
    return found


def problems(repo):
    found = []
    for name in repo.files:
        if is_read(repo, name) and repo.text(name) is not None:
            found += problems_of(name, repo.text(name))
    return found


def self_test(_repo):
    bad = ["the job is done", "struct Task {};  // a task", "its channel", "level x86-64-v3", "x86_64-v3", "a build node"]
    good = ["-march=x86-64-v3", "Koji's \"task\" is an attempt here", "jobs: 2", "ctest runs two jobs", "the build",
            "a task  // lint: allow task"]
    return ([f"self-test: '{line}' was not found" for line in bad if not problems_of("x.md", line)] +
            [f"self-test: '{line}' was found" for line in good if problems_of("x.md", line)])
