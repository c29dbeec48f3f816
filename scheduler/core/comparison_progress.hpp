#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/look.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/core/attempt.hpp"

namespace terrace::core {

/// What a benchmark file says, in 256 bits: samples of two versions of it are not counted together.
Digest digest_of(const BenchmarkFile& file);

/// The samples that count together: whole looks of any attempts, of one benchmark file, on one kind
/// of CPU. What was measured elsewhere, or of another file, stays in the database and counts for
/// nothing.
struct Progress {
    int pairs = 0;  ///< of each benchmark
    std::vector<Sample> samples;
};
Progress progress_of(const Measured& measured, const std::string& cpu, const Digest& benchmark);

/// How many attempts came as far as a look: those were not in vain, however they ended.
int attempts_with_looks(const Measured& measured);

/// Why this cannot be the next look after `pairs_done` pairs: it must bring each benchmark's whole
/// pairs from there on, as whole blocks, and nothing else.
std::optional<Error> why_refused(const LookReport& look,
                                 const BenchmarkFile& file,
                                 int pairs_done,
                                 int pairs_max);

}  // namespace terrace::core
