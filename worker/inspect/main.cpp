// terrace-inspect: reads RPMs that nobody vouches for, so that no other program has to.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/describe.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "common/vocab/names.hpp"
#include "common/wire/json.hpp"
#include "worker/inspect/confinement.hpp"
#include "worker/inspect/function_lines.hpp"
#include "worker/inspect/inspect_rpms.hpp"

namespace {

constexpr int kUsageError = 2;
constexpr int kMachineFailed = 3;

/// Without destructors and without a sanitizer's last words: what a parser has made of the heap is
/// not to be walked through once more, and a process that may start no other cannot look for leaks.
[[noreturn]] void leave(int exit_code) {
    std::cout.flush();
    std::cerr.flush();
    ::_exit(exit_code);
}

struct Request {
    std::string directory;
    std::vector<std::string> files;  ///< instead of a directory
    bool lists_functions = false;
    terrace::Level level = terrace::Level::x86_64;
};

/// What is printed for files: the audit, or why there is none.
struct FilesAudit {
    std::string refusal;
    terrace::AuditReport audit;
    std::vector<terrace::AuditedFunction> functions;
};
BOOST_DESCRIBE_STRUCT(FilesAudit, (), (refusal, audit, functions))

std::string answer_of(const Request& request) {
    if (request.files.empty()) {
        return terrace::wire::to_text(
            terrace::inspect::inspect_rpms(request.directory, request.level));
    }
    FilesAudit answer;
    std::vector<terrace::audit::AuditedFunctions> functions;
    terrace::audit::AuditOptions options{request.level,
                                         request.lists_functions ? &functions : nullptr};
    const std::vector<std::filesystem::path> files(request.files.begin(), request.files.end());
    try {
        answer.audit = terrace::inspect::inspect_files(files, options);
        answer.functions = terrace::inspect::lines_of(functions);
    } catch (const terrace::audit::AuditError& e) {
        answer = {e.what(), {}, {}};
    }
    return terrace::wire::to_text(answer);
}

int run(const Request& request, const terrace::inspect::Confinement& limits) {
    try {
        terrace::inspect::confine(limits);
        std::cout << answer_of(request) << std::endl;
        return std::cout ? 0 : kMachineFailed;
    } catch (const std::bad_alloc&) {
        terrace::inspect::Inspection refused;
        refused.refusal = "Reading them takes more memory than there is for it.";
        std::cout << terrace::wire::to_text(refused) << std::endl;
        return 0;
    } catch (const std::exception& e) {
        std::cerr << "terrace-inspect: " << e.what() << std::endl;
        return kMachineFailed;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Reads the RPMs of a directory, as a process that has nothing to lose, and prints one line "
        "of JSON: their names, the level of their instructions, the identity of their code.");
    Request request;
    std::string level = "x86_64";
    terrace::inspect::Confinement limits;
    auto* directory =
        app.add_option("DIR", request.directory, "Where the RPMs are, and nothing else");
    auto* files =
        app.add_option("--files", request.files, "Instead: RPMs, ELF objects and static libraries");
    files->excludes(directory);
    app.add_flag("--functions", request.lists_functions,
                 "List each function with its level and the identity of its code")
        ->needs(files);
    app.add_option("--level", level, "Instructions above this level are findings")
        ->capture_default_str();
    auto* uid = app.add_option("--uid", limits.uid, "Become this user first, and have no way back");
    auto* gid = app.add_option("--gid", limits.gid, "Of this group");
    uid->needs(gid);
    gid->needs(uid);
    app.add_option("--memory-max", limits.memory_bytes, "Bytes of address space")
        ->capture_default_str();
    app.add_option("--cpu-seconds-max", limits.cpu_seconds, "CPU time")->capture_default_str();
    app.set_version_flag("--version", std::string("terrace-inspect ") + TERRACE_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : kUsageError;
    }
    const auto level_max = terrace::from_name<terrace::Level>(level);
    if (!level_max) {
        std::cerr << "terrace-inspect: '" << level
                  << "' is no level: x86_64, x86_64_v2, x86_64_v3 or x86_64_v4.\n";
        return kUsageError;
    }
    if (request.directory.empty() && request.files.empty()) {
        std::cerr << "terrace-inspect: say what to read: DIR, or --files FILE...\n";
        return kUsageError;
    }
    request.level = *level_max;
    leave(run(request, limits));
}
