#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/lease.hpp"
#include "common/vocab/look.hpp"
#include "worker/bench/benchmark_runs.hpp"
#include "worker/bench/comparison_context.hpp"

namespace terrace::truth {

/// One comparison, from its first look to its verdict.
struct Compared {
    std::string package;
    std::uint64_t seed = 0;
    Verdict verdict = Verdict::hold;
    std::string reason;
    int pairs = 0;
    double p = 1;
    std::vector<BenchmarkResult> results;  ///< the deciding one first
    std::int64_t wall_ms = 0;
    std::vector<LookReport> looks;  ///< with every sample
};
BOOST_DESCRIBE_STRUCT(Compared,
                      (),
                      (package, seed, verdict, reason, pairs, p, results, wall_ms, looks))

struct TwinSetOptions {
    std::filesystem::path benchmark;
    std::string only;               ///< this one of its benchmarks; empty: all
    std::filesystem::path release;  ///< whose `gate` decides
    std::filesystem::path mock_configs;
    std::filesystem::path baseline;  ///< a folder of RPMs
    std::filesystem::path variant;
    std::filesystem::path attempt_config;
    std::filesystem::path work_directory;
    std::filesystem::path measure_program;
    std::string unique_ext = "truth";
    std::vector<std::string> mock_command;
};

/// Makes twin roots once, and compares in them again and again, as a worker and a farm do: another
/// seed is another order of runs and other sizes of the environment, after a warm-up of its own,
/// and the gate of the release file says after each look whether it goes on. `took` is given each
/// comparison when it has its verdict, and `cancelled` is asked several times a second. Throws
/// std::runtime_error for whatever fails.
void compare_repeatedly(const TwinSetOptions& options,
                        std::uint64_t first_seed,
                        int comparisons,
                        const std::function<bool()>& cancelled,
                        const std::function<void(std::string_view)>& log,
                        const std::function<void(const Compared&)>& took);

}  // namespace terrace::truth
