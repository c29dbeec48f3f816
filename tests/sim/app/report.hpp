#pragma once

#include "cli/output/output.hpp"
#include "common/wire/json.hpp"
#include "tests/sim/app/study.hpp"

namespace terrace::sim {

/// The bound, what each policy made of it, the waits of each class, the use of each level.
void print_report(const Study& study, cli::Output& output);

/// All of it as one document: the same bytes for the same study.
wire::json::value report_json(const Study& study, std::uint64_t seed);

}  // namespace terrace::sim
