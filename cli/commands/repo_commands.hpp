#pragma once

#include <string>

#include "cli/commands/commands.hpp"
#include "cli/rebuild_rows.hpp"

/// The commands of `terrace repo`, by what they are about.
namespace terrace::cli {

/// The published stream of that name; of several releases', that of `release`.
Result<StreamRow> stream_named(Session& session,
                               const std::string& name,
                               const std::string& release);

/// The compose that the user means: by its id, or by the name of the stream that points to it.
Result<std::int64_t> compose_meant(Session& session,
                                   const std::string& what,
                                   const std::string& release);

void add_repo_stream_commands(CLI::App& noun, Action& action);
void add_repo_care_commands(CLI::App& noun, Action& action);

}  // namespace terrace::cli
