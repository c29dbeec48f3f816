"""Dependencies point down (docs/architecture.md, section 1), for every #include and not only for what links."""
import re

# The layer of each folder. A folder may use itself and what is below it, of its own program or of common/;
# folders of one layer do not know each other.
LAYERS = {
    "common/vocab": 0,
    "common/wire": 10, "common/runtime": 10, "scheduler/core": 10, "worker/core": 10,
    "scheduler/engine": 20, "worker/agent": 20,
    "common/http": 25, "common/os": 25, "common/solv": 25,
    "scheduler/http": 30, "scheduler/ingest": 30, "scheduler/publish": 30, "scheduler/signer": 30, "scheduler/store": 30,
    "worker/sandbox": 28,
    "worker/audit": 30, "worker/bench": 30, "worker/client": 30, "worker/cpu": 30, "worker/mock": 30,
    "cli": 30, "worker/inspect": 32,
    "scheduler/app": 40, "worker/app": 40, "cli/app": 40,
}

# Libraries by the beginning of their headers' names, and the only folders that may see them.
LIBRARIES = {
    "CLI/": ["cli", "scheduler/app", "scheduler/signer", "worker/app", "worker/inspect"],
    "Zydis/": ["worker/audit"],
    "boost/asio": ["common/http", "scheduler/http", "scheduler/app", "worker/app"],
    "boost/beast": ["common/http", "scheduler/http"],
    "boost/json": ["common/http", "common/wire", "scheduler/http", "scheduler/store", "cli"],
    "createrepo_c/": ["scheduler/publish"],
    "curl/": ["common/os"],
    "gelf.h": ["worker/audit"],
    "gpgme.h": ["scheduler/signer"],
    "glib": ["scheduler/publish"],
    "libcpuid": ["worker/cpu"],
    "libelf": ["worker/audit"],
    "libpq": ["scheduler/store"],
    "openssl/": ["common/vocab", "common/os", "common/http"],
    "pqxx/": ["scheduler/store"],
    "rpm/": ["common/vocab", "scheduler/ingest", "scheduler/publish", "worker/audit", "worker/inspect"],
    "solv/": ["common/solv"],
    "spdlog/": ["common/runtime"],
    "yaml-cpp/": ["common/runtime"],
    "zstd.h": ["common/os", "common/solv", "scheduler/publish"],
}

# What decides does no I/O and knows no clock, thread or random source: only these headers beside plain C++ ones.
PURE = ["scheduler/core", "worker/core"]
PURE_ALLOWED = ["fmt/", "boost/describe", "boost/math", "boost/mp11"]
PURE_FORBIDDEN = ["atomic", "condition_variable", "filesystem", "fstream", "future", "iostream", "mutex", "random",
                  "shared_mutex", "stop_token", "thread"]
# Exceptions, each with its reason: counters that only the simulator reads; paths as values.
PURE_EXCEPT = {("scheduler/core/sim_mark.hpp", "atomic"), ("worker/core/attempt_plan.hpp", "filesystem"),
                ("worker/core/root_plan.hpp", "filesystem")}
PURE_FORBIDDEN_CODE = re.compile(r"_clock::now\(|\brandom_device\b|\bunordered_(map|set|multimap|multiset)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    """The folder of the table that holds `path`, the most specific one; None for tests and the like."""
    fitting = [folder for folder in LAYERS if path.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def why_not(folder, header):
    """A reason why `folder` may not include `header`, or None."""
    target = folder_of(header)
    if target:
        return why_not_folder(folder, target)
    for prefix, allowed in LIBRARIES.items():
        if header.startswith(prefix) and folder not in allowed:
            return f"only {', '.join(allowed)} may see <{prefix}...>"
    if folder in PURE:
        is_plain = "/" not in header and not header.endswith(".h") and header not in PURE_FORBIDDEN
        if not is_plain and not header.startswith(tuple(PURE_ALLOWED)):
            return "what decides does no I/O and knows no clock, thread or random source"
    return None


def why_not_folder(folder, target):
    if folder == target:
        return None
    program, other = folder.split("/")[0], target.split("/")[0]
    if other not in ("common", program):
        return f"{program} does not know {other}"
    if LAYERS[target] > LAYERS[folder]:
        return f"{target} (layer {LAYERS[target]}) is above {folder} (layer {LAYERS[folder]})"
    if LAYERS[target] == LAYERS[folder]:
        return f"{target} and {folder} are of one layer and do not know each other"
    return None


def problems_of(name, text):
    folder = folder_of(name)
    if not folder:
        return []
    found = []
    for header in INCLUDE.findall(text):
        reason = why_not(folder, header)
        if reason and (name, header) not in PURE_EXCEPT:
            found.append(f"{name} includes {header}: {reason}")
    if folder in PURE:
        for match in PURE_FORBIDDEN_CODE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: '{match.group()}' makes what decides depend on more than its input")
    return found


def problems(repo):
    return [problem for name in repo.cpp_files() for problem in problems_of(name, repo.text(name))]


def self_test(_repo):
    bad = {
        "scheduler/core/farm.cpp": ["spdlog/spdlog.h", "pqxx/pqxx", "boost/asio/io_context.hpp", "yaml-cpp/yaml.h", "thread",
                                    "unistd.h", "common/wire/json.hpp", "scheduler/engine/ports.hpp", "worker/core/text.hpp"],
        "scheduler/http/router.cpp": ["scheduler/store/pg_store.hpp", "scheduler/app/config.hpp", "pqxx/pqxx"],
        "common/os/files.cpp": ["common/http/client.hpp", "scheduler/core/state.hpp"],
        "cli/commands/build.cpp": ["scheduler/core/state.hpp", "cli/app/main.hpp"],
    }
    good = {
        "scheduler/core/farm.cpp": ["map", "boost/describe.hpp", "common/vocab/id.hpp", "scheduler/core/retry.hpp"],
        "scheduler/app/main.cpp": ["CLI/CLI.hpp", "scheduler/store/pg_store.hpp", "common/http/client.hpp"],
        "tests/unit/core/farm_test.cpp": ["scheduler/core/farm.hpp", "thread"],
    }
    missed = [f"self-test: {header} in {name} was not found" for name, headers in bad.items() for header in headers
              if not problems_of(name, f"#include <{header}>\n")]
    wrong = [f"self-test: {header} in {name} was found" for name, headers in good.items() for header in headers
             if problems_of(name, f"#include <{header}>\n")]
    if not problems_of("worker/core/x.cpp", "auto t = std::chrono::steady_clock::now();\n"):
        missed.append("self-test: a clock in worker/core was not found")
    return missed + wrong
