#include "cli/program.hpp"

#include <algorithm>
#include <stdexcept>

#include "cli/commands/commands.hpp"
#include "common/os/files.hpp"

namespace terrace::cli {
namespace {

struct GlobalOptions {
    std::string farm = "http://127.0.0.1:7480";
    std::string token_file;
    bool json = false;
};

constexpr const char* kFooter =
    "Exit codes: 0 ok, 1 something failed, 2 the command line is not right, 3 the farm cannot be "
    "reached.\n"
    "terrace NOUN --help and terrace NOUN COMMAND --help say more.";

void add_options(CLI::App& app, GlobalOptions& options) {
    app.require_subcommand(1);
    app.fallthrough();  // --json and --farm may stand anywhere
    app.footer(kFooter);
    app.set_version_flag("--version", "terrace " TERRACE_VERSION);
    app.add_option("--farm", options.farm, "The scheduler's URL")
        ->envname("TERRACE_FARM")
        ->capture_default_str();
    app.add_option("--token-file", options.token_file, "File with the farm's token")
        ->envname("TERRACE_TOKEN_FILE")
        ->check(CLI::ExistingFile);
    app.add_flag("--json", options.json, "Print the farm's JSON, one document");
}

void add_commands(CLI::App& app, Action& action) {
    add_status_command(app, action);
    add_release_commands(app, action);
    add_seed_commands(app, action);
    add_package_commands(app, action);
    add_rebuild_commands(app, action);
    add_build_commands(app, action);
    add_audit_command(app, action);
    add_gate_commands(app, action);
    add_repo_commands(app, action);
    add_worker_commands(app, action);
}

std::string read_token(const std::string& path) {
    if (path.empty()) return {};
    std::string token = os::read_file(path, 4096);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
        token.pop_back();
    return token;
}

ExitCode report(const CLI::App& app, const CLI::ParseError& error, Output& output) {
    const ExitCode code = exit_code_of_parser(error.get_exit_code());
    if (code == ExitCode::ok) {
        app.exit(error, output.out, output.err);  // what was asked for: --help, --version
    } else {
        output.complain(std::string(error.what()) + " (see --help)");
    }
    return code;
}

ExitCode run_action(const GlobalOptions& options, const Action& action, Output& output) {
    std::optional<Farm> farm;
    try {
        farm.emplace(options.farm, read_token(options.token_file));
    } catch (const std::exception& e) {
        output.complain(e.what());
        return ExitCode::usage;
    }
    try {
        Session session{.farm = *farm, .output = output, .json = options.json};
        return action(session);
    } catch (const std::exception& e) {
        output.complain(e.what());
        return ExitCode::failed;
    }
}

}  // namespace

ExitCode run_program(std::vector<std::string> arguments, Output& output) {
    GlobalOptions options;
    Action action;
    CLI::App app("The command line of Terrace, a build farm that knows what its CPUs can do",
                 "terrace");
    add_options(app, options);
    add_commands(app, action);
    try {
        std::ranges::reverse(arguments);  // what CLI11 expects of a vector
        app.parse(arguments);
    } catch (const CLI::ParseError& e) {
        return report(app, e, output);
    }
    return run_action(options, action, output);
}

}  // namespace terrace::cli
