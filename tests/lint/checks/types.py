"""One type of a name in a namespace of a program: the linker takes one of two, and never says so.

A type that only its file needs belongs into an anonymous namespace.
"""
import re
from collections import defaultdict
from pathlib import PurePosixPath

# What is linked into each other; a test is, with all that it may link.
PROGRAMS = ("scheduler", "worker", "cli")
SHARED = "common"

NOT_CODE = re.compile(r"""
      //[^\n]* | /\*.*?\*/                                         # comments
    | ^[ \t]*\#(?:[^\n\\]|\\.)*                                  # the preprocessor's lines
    | R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)" | "(?:[^"\\\n]|\\.)*"  # texts
    | (?<![0-9A-Za-z_])'(?:[^'\\\n]|\\.)+'                        # characters, but not 1'000
    """, re.VERBOSE | re.DOTALL | re.MULTILINE)
NOISE = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^)]*\)", re.DOTALL)
NAMESPACE = re.compile(r"(?:^|\s)(?:inline\s+)?namespace\s*([\w:]*)\s*$")
# No "<" after the name: that is a specialisation.
TYPE = re.compile(r"(?:^|\s|>)(?:struct|class|union|enum(?:\s+(?:class|struct))?)\s+(\w+(?:::\w+)*)\s*(?:final\s*)?(?::(?!:)[^()=]*)?$")
INSIDE = object()  # of a type or function: what is in there is no one's but its


def types_in(text):
    """The full names of the types that this text defines for other files to clash with."""
    code = NOISE.sub(" ", NOT_CODE.sub(" ", text))
    found = set()
    scopes = []
    head = 0
    for match in re.finditer(r"[{};]", code):
        words = code[head:match.start()]
        head = match.end()
        if match[0] == "{":
            scopes.append(scope_of(words, scopes, found))
        elif match[0] == "}" and scopes:
            scopes.pop()
    return found


def scope_of(words, scopes, found):
    namespace = NAMESPACE.search(words)
    if namespace:
        return namespace[1] or INSIDE  # nobody sees into an anonymous one
    defined = TYPE.search(words)
    if defined and INSIDE not in scopes:
        found.add("::".join([*scopes, defined[1]]))
    return INSIDE


def groups_of(name):
    """The programs that a file is linked into; of a test, the name of its folder."""
    first = PurePosixPath(name).parts[0]
    if first == SHARED:
        return PROGRAMS
    if first in PROGRAMS:
        return (first,)
    return (str(PurePosixPath(name).parent),)


def clashes(texts):
    """`texts`: by name of the file."""
    files = defaultdict(lambda: defaultdict(set))
    for name, text in texts.items():
        for defined in types_in(text):
            for group in groups_of(name):
                files[defined][group].add(name)
    found = []
    for defined, groups in sorted(files.items()):
        ours = set().union(*(groups[group] for group in PROGRAMS if group in groups))
        for group, names in groups.items():
            together = names if group in PROGRAMS else names | ours
            if len(together) > 1:
                found.append(f"{defined} is defined in {' and in '.join(sorted(together))}: put one into an anonymous "
                             "namespace, or rename it")
    return sorted(set(found))


def problems(repo):
    return clashes({name: repo.text(name) for name in repo.cpp_files()})


SAMPLE = """
namespace terrace::worker {
struct Facts { enum class Inner { a }; int braces = '{' + 1'000; };  // struct Comment {
template <class T> class Box final : public Base<T> { void f() { struct Local {}; } };
template <> struct Box<int> { };
enum class [[nodiscard]] Kind : int { a };
struct Later;
struct Later make(int) { return {}; }
namespace { struct Hidden { }; }
}
"""
SEEN = {f"terrace::worker::{name}" for name in ("Facts", "Box", "Kind")}


def self_test(_repo):
    found = []
    if types_in(SAMPLE) != SEEN:
        found.append(f"self-test: {sorted(types_in(SAMPLE))} was found, not {sorted(SEEN)}")
    one = "namespace terrace { struct A { }; }"
    for files in (("worker/a.hpp", "worker/b.cpp"), ("common/a.hpp", "cli/b.cpp"), ("tests/unit/os/a.cpp", "common/b.hpp"),
                  ("tests/unit/os/a.cpp", "tests/unit/os/b.cpp")):
        if not clashes(dict.fromkeys(files, one)):
            found.append(f"self-test: a clash of {files} was not found")
    for files in (("worker/a.hpp", "scheduler/b.cpp"), ("tests/unit/os/a.cpp", "tests/unit/http/a.cpp")):
        if clashes(dict.fromkeys(files, one)):
            found.append(f"self-test: {files} do not clash")
    return found
