// terrace audit: runs the audit on files, without a farm.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/reports/audit_report.hpp"
#include "common/os/child_process.hpp"
#include "common/runtime/audit_exceptions.hpp"
#include "common/vocab/audited_function.hpp"

namespace terrace::cli {
namespace {

constexpr std::chrono::minutes kTimeMax{60};
constexpr std::size_t kAnswerBytesMax = std::size_t{1} << 30;

struct AuditOptions {
    std::vector<std::string> files;
    std::string level = "x86_64";
    std::string exceptions;
    bool functions = false;
};

struct FilesAudit {
    std::string refusal;
    AuditReport audit;
    std::vector<AuditedFunction> functions;
};
BOOST_DESCRIBE_STRUCT(FilesAudit, (), (refusal, audit, functions))

/// The files may be hostile: a program that has nothing to lose reads them.
std::vector<std::string> command_of(const AuditOptions& options) {
    const auto program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "terrace-inspect";
    std::vector<std::string> command = {program.string(), "--level", options.level};
    if (options.functions) command.emplace_back("--functions");
    command.emplace_back("--files");
    for (const std::string& file : options.files)
        command.push_back(std::filesystem::absolute(file).string());
    return command;
}

Table functions_of(const std::vector<AuditedFunction>& functions) {
    Table table({{"FUNCTION"},
                 {"ADDRESS", Align::right},
                 {"SIZE", Align::right},
                 {"LEVEL"},
                 {"DISPATCHED"},
                 {"IDENTITY"}});
    for (const AuditedFunction& row : functions) {
        table.add({{one_line(row.name)},
                   {fmt::format("{:#x}", row.address)},
                   {std::to_string(row.size)},
                   {name_of(row.level_used)},
                   {row.dispatched ? "yes" : ""},
                   {row.identity.hex.substr(0, 16)}});
    }
    return table;
}

ExitCode audit(Session& session, const AuditOptions& options) {
    std::vector<AuditException> exceptions;
    if (!options.exceptions.empty())
        exceptions = runtime::read_audit_exceptions(options.exceptions);
    const os::CapturedRun run = os::run_captured({command_of(options), os::current_environment()},
                                                 kTimeMax, kAnswerBytesMax);
    const auto answer = Session::read<FilesAudit>(run.output);
    if (run.exit_code != 0 || !answer) {
        return session.fail({Errc::invalid_argument,
                             fmt::format("terrace-inspect ended with exit code {}: {}",
                                         run.exit_code, one_line(run.output.substr(0, 400)))});
    }
    if (!answer->refusal.empty()) return session.fail({Errc::invalid_argument, answer->refusal});
    FilesAudit result = *answer;
    apply_exceptions(exceptions, result.audit);
    if (session.json) {
        session.output.print_line(wire::to_text(result));
    } else {
        print_audit(session.output, result.audit);
        if (options.functions) {
            session.output.print_line("");
            session.output.print(functions_of(result.functions), "No function is known.");
        }
    }
    const bool is_clean = leaks_of(result.audit).empty() && result.audit.findings_left_off == 0;
    return is_clean ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_audit_command(CLI::App& app, Action& action) {
    Command<AuditOptions> command(
        app, "audit",
        "Which level the instructions of RPMs, ELF objects and static libraries need; asks no "
        "farm. Exit code 1: something needs more than --level and is not dispatched");
    command.app
        ->add_option("files", command.options->files,
                     "The files; -debuginfo packages and *.debug files give names")
        ->required()
        ->check(CLI::ExistingFile);
    command.app
        ->add_option("--level", command.options->level,
                     "What the code may use: x86_64, x86_64_v2, x86_64_v3 or x86_64_v4")
        ->check(CLI::IsMember({"x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4"}))
        ->capture_default_str();
    command.app
        ->add_option("--exceptions", command.options->exceptions,
                     "Reviewed exceptions (YAML, docs/audit.md)")
        ->check(CLI::ExistingFile);
    command.app->add_flag("--functions", command.options->functions,
                          "List each function with its level and the identity of its code");
    command.does(action, audit);
}

}  // namespace terrace::cli
