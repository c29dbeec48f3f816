#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace terrace {

/// A role: what a bad result of this benchmark means for promotion.
enum class BenchmarkRole { primary, guarded };
BOOST_DESCRIBE_ENUM(BenchmarkRole, primary, guarded)

struct Benchmark {
    std::string name;
    std::string command;  ///< run by /bin/bash -c in /terrace-bench
    BenchmarkRole role = BenchmarkRole::primary;
    std::optional<double> loss_max = {};  ///< what it may lose; the release's margin unless told
    friend bool operator==(const Benchmark&, const Benchmark&) = default;
};
BOOST_DESCRIBE_STRUCT(Benchmark, (), (name, command, role, loss_max))

/// A benchmark file: what to measure for one source package.
struct BenchmarkFile {
    std::string package;
    std::vector<std::string> install;  ///< binary packages that the twin roots install
    std::string corpus;                ///< shell script that makes the input data
    std::vector<Benchmark> benchmarks;
    friend bool operator==(const BenchmarkFile&, const BenchmarkFile&) = default;
};
BOOST_DESCRIBE_STRUCT(BenchmarkFile, (), (package, install, corpus, benchmarks))

/// One timed run of a benchmark command inside one of the twin roots.
struct Sample {
    std::string benchmark;
    int pair = 0;  ///< counts from 0 in the order measured; two samples, one a side, make a pair
    bool variant = false;  ///< which side
    std::int64_t wall_us = 0;
    std::int64_t user_us = 0;
    std::int64_t system_us = 0;
    std::int64_t memory_peak_bytes = 0;
    std::int64_t others_us = 0;  ///< what its CPU did for others meanwhile, another guest too
    friend bool operator==(const Sample&, const Sample&) = default;
};
BOOST_DESCRIBE_STRUCT(
    Sample,
    (),
    (benchmark, pair, variant, wall_us, user_us, system_us, memory_peak_bytes, others_us))

/// What one benchmark said: ratio = baseline time / variant time (above 1: the variant is faster),
/// and the 95 % confidence interval of it.
struct BenchmarkResult {
    std::string name;
    BenchmarkRole role = BenchmarkRole::primary;
    int pairs = 0;
    double ratio = 1;
    double ci_low = 1;
    double ci_high = 1;
    double noise = 0;  ///< standard deviation of the log ratios of pairs
    friend bool operator==(const BenchmarkResult&, const BenchmarkResult&) = default;
};
BOOST_DESCRIBE_STRUCT(BenchmarkResult, (), (name, role, pairs, ratio, ci_low, ci_high, noise))

}  // namespace terrace
