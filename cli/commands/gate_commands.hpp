#pragma once

#include "cli/commands/commands.hpp"

/// The commands of the noun `gate`, one file for each kind.
namespace terrace::cli {

/// policy test
void add_gate_policy_commands(CLI::App& noun, Action& action);
/// report
void add_gate_report_command(CLI::App& noun, Action& action);
/// truth
void add_gate_truth_command(CLI::App& noun, Action& action);
/// waive, waivers, revoke
void add_gate_waiver_commands(CLI::App& noun, Action& action);

}  // namespace terrace::cli
