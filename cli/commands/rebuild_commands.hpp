#pragma once

#include <vector>

#include "cli/commands/commands.hpp"
#include "common/vocab/names.hpp"
#include "common/wire/rest.hpp"

/// The commands of the noun `rebuild`, one file for each kind.
namespace terrace::cli {

/// start, plan
void add_rebuild_start_commands(CLI::App& noun, Action& action);
/// retry-failed, second-pass, diff
void add_rebuild_pass_commands(CLI::App& noun, Action& action);
/// pause, resume, abort
void add_rebuild_control_commands(CLI::App& noun, Action& action);

/// An option that takes one of E's words; any other is a mistake that is answered with the words.
/// `value` is its default and outlives the parsing.
template <class E>
CLI::Option* add_word_option(CLI::App& app,
                             const std::string& name,
                             E& value,
                             const std::string& help) {
    std::vector<std::string> words;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
        [&](auto enumerator) { words.emplace_back(enumerator.name); });
    const auto take = [&value](const std::string& word) {
        value = from_name<E>(word).value_or(value);  // checked before
    };
    return app.add_option_function<std::string>(name, take, help)
        ->check(CLI::IsMember(std::move(words)))
        ->default_str(name_of(value));
}

/// --priority, --share, --confirm: for every command that starts a rebuild.
void add_urgency_options(CLI::App& app, wire::RebuildRequest& request);

/// Starts it, waits for the farm to resolve dependencies first, and says so or shows it until it
/// has ended.
ExitCode start_request(Session& session, const wire::RebuildRequest& request, bool watch);

}  // namespace terrace::cli
