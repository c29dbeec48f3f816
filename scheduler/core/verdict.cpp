#include "scheduler/core/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "scheduler/core/gate/block_bootstrap.hpp"
#include "scheduler/core/gate/log_ratio.hpp"
#include "scheduler/core/gate/moments.hpp"
#include "scheduler/core/gate/split_mix.hpp"

namespace terrace::core {
namespace {

/// To a millionth: far below any noise, and exact on its way through JSON, so that memory and
/// database hold the same number.
double rounded(double value) {
    return std::round(value * 1e6) / 1e6;
}

std::string describe(const BenchmarkResult& result) {
    char text[80];
    std::snprintf(text, sizeof text, ": ratio %.3f, 95 %% interval %.3f to %.3f", result.ratio,
                  result.ci_low, result.ci_high);
    return "'" + result.name + "'" + text;
}

/// The same results with this one in front.
std::vector<BenchmarkResult> with_first(std::vector<BenchmarkResult> results,
                                        const BenchmarkResult& first) {
    const auto found = std::ranges::find(results, first);
    std::rotate(results.begin(), found, found + 1);
    return results;
}

}  // namespace

std::vector<BenchmarkResult> summarize(const BenchmarkFile& file,
                                       const std::vector<Sample>& samples) {
    std::vector<BenchmarkResult> results;
    for (const Benchmark& benchmark : file.benchmarks) {
        BenchmarkResult result;
        result.name = benchmark.name;
        result.role = benchmark.role;
        const std::vector<double> blocks = block_log_ratios(benchmark.name, samples);
        if (blocks.size() >= 2) {
            const Moments moments = moments_of(blocks);
            const ConfidenceInterval interval =
                block_bootstrap_interval(blocks, seed_of(file.package + "/" + benchmark.name));
            result.pairs = static_cast<int>(blocks.size()) * 2;
            result.ratio = rounded(std::exp(moments.mean));
            result.ci_low = rounded(std::exp(interval.low));
            result.ci_high = rounded(std::exp(interval.high));
            result.noise = rounded(moments.deviation);
        }
        results.push_back(std::move(result));
    }
    return results;
}

Judgement judge(const BenchmarkFile& file,
                const std::vector<Sample>& samples,
                const GatePolicy& policy) {
    const std::vector<BenchmarkResult> results = summarize(file, samples);
    const auto loses = [&](const BenchmarkResult& r) {
        const auto benchmark = std::ranges::find(file.benchmarks, r.name, &Benchmark::name);
        return r.ci_high < 1 - benchmark->loss_max.value_or(policy.loss_max);
    };
    const auto gains = [&](const BenchmarkResult& r) {
        return r.role == BenchmarkRole::primary && r.ci_low > 1 + policy.gain_min;
    };
    const auto inside = [&](const BenchmarkResult& r) {
        return r.ci_low > 1 - policy.loss_max && r.ci_high < 1 + policy.loss_max;
    };
    const auto say = [&](Verdict verdict, const BenchmarkResult& decided_by,
                         const std::string& why) {
        return Judgement{verdict, "Benchmark " + describe(decided_by) + ": " + why,
                         with_first(results, decided_by)};
    };

    if (results.empty())
        return Judgement{Verdict::no_benchmark, "The benchmark file names no benchmark.", {}};
    for (const BenchmarkResult& result : results) {
        if (result.pairs == 0) return say(Verdict::hold, result, "there are too few samples.");
        if (result.noise > policy.noise_max)
            return say(Verdict::unstable, result, "the samples spread too widely.");
    }
    for (const BenchmarkResult& result : results) {
        if (loses(result)) {
            return say(Verdict::regress, result, "the variant is slower than the margin allows.");
        }
    }
    const BenchmarkResult* best = nullptr;
    for (const BenchmarkResult& result : results) {
        if (gains(result) && (!best || result.ci_low > best->ci_low)) best = &result;
    }
    if (best) return say(Verdict::promote, *best, "the variant is faster by more than the margin.");
    const auto primary = std::ranges::find(results, BenchmarkRole::primary, &BenchmarkResult::role);
    const BenchmarkResult& shown = primary == results.end() ? results.front() : *primary;
    if (std::ranges::all_of(results, inside))
        return say(Verdict::equivalent, shown, "no difference that matters.");
    return say(Verdict::hold, shown, "neither a gain nor equivalence is shown.");
}

}  // namespace terrace::core
