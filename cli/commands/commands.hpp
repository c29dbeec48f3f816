#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.hpp"

/// One function a noun: each adds its commands to `app`; the one that the user names is put into
/// `action`.
namespace terrace::cli {

void add_audit_command(CLI::App& app, Action& action);
void add_build_commands(CLI::App& app, Action& action);
void add_gate_commands(CLI::App& app, Action& action);
void add_package_commands(CLI::App& app, Action& action);
void add_rebuild_commands(CLI::App& app, Action& action);
void add_release_commands(CLI::App& app, Action& action);
void add_repo_commands(CLI::App& app, Action& action);
void add_seed_commands(CLI::App& app, Action& action);
void add_status_command(CLI::App& app, Action& action);
void add_worker_commands(CLI::App& app, Action& action);

/// Parts of a noun that have a file of their own.
void add_build_provenance(CLI::App& noun, Action& action);
void add_repo_client_commands(CLI::App& noun, Action& action);

/// A command, and what to do with its options. CLI11 writes them while it parses, long after the
/// adding function has returned, and the action reads them later still: hence shared.
template <class Options>
struct Command {
    CLI::App* app;
    std::shared_ptr<Options> options = std::make_shared<Options>();

    Command(CLI::App& parent, const std::string& name, const std::string& description)
        : app(parent.add_subcommand(name, description)) {}

    /// `run(Session&, const Options&)` becomes the action when this command is named.
    template <class Run>
    void does(Action& action, Run run) {
        app->callback([&action, run, shared = options] {
            action = [run, shared](Session& session) { return run(session, *shared); };
        });
    }
};

/// A noun that wants one of its commands.
CLI::App* add_noun(CLI::App& app, const std::string& name, const std::string& description);

/// An option that may be given again and takes one value, or several with commas.
void add_list_option(CLI::App& app,
                     const std::string& name,
                     std::vector<std::string>& values,
                     const std::string& help);

}  // namespace terrace::cli
