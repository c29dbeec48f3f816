#pragma once

#include <optional>
#include <string>

#include "worker/core/outcome.hpp"

namespace terrace::worker {

/// What the end of terrace-inspect means for the attempt, if it has said nothing that can be used.
/// A parser that crashes, or takes all of its CPU time, does so for the same packages everywhere:
/// the package's fault. A signal from elsewhere, and a program that did not start, are this
/// machine's. nullopt for exit code 0. `output`: the last that it has printed.
std::optional<Ending> inspection_ending(int exit_code, const std::string& output);

}  // namespace terrace::worker
