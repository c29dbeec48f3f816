#pragma once

#include <string>

#include "cli/output/output.hpp"
#include "common/vocab/plan.hpp"
#include "common/wire/rest.hpp"

/// What `rebuild plan` prints for people.
namespace terrace::cli {

/// The command line that starts `request`, fit to be pasted into a shell. It confirms `plan` where
/// the farm asks for that.
std::string start_command(const wire::RebuildRequest& request, const RebuildPlan& plan);

/// @pre `plan` is the farm's answer to `request`.
void print_plan(Output& output, const wire::RebuildRequest& request, const RebuildPlan& plan);

}  // namespace terrace::cli
