#include "scheduler/core/gate/truth.hpp"

#include <boost/math/distributions/binomial.hpp>

#include "common/vocab/check.hpp"
#include "common/vocab/names.hpp"
#include "scheduler/core/gate/split_mix.hpp"

namespace terrace::core {
namespace {

constexpr double kTail = 0.025;

}  // namespace

Proportion proportion(std::int64_t count, std::int64_t of) {
    TERRACE_CHECK(count >= 0 && count <= of);
    Proportion result{.count = count, .of = of};
    if (of == 0) return result;
    using Binomial = boost::math::binomial_distribution<double>;
    const auto trials = static_cast<double>(of);
    const auto successes = static_cast<double>(count);
    result.share = successes / trials;
    if (count > 0) result.low = Binomial::find_lower_bound_on_p(trials, successes, kTail);
    if (count < of) result.high = Binomial::find_upper_bound_on_p(trials, successes, kTail);
    return result;
}

Truth truth_of(std::span<const SelfComparison> comparisons) {
    Truth truth;
    std::int64_t promoted = 0;
    std::int64_t regressed = 0;
    std::int64_t intervals = 0;
    std::int64_t covered = 0;
    for (const SelfComparison& comparison : comparisons) {
        if (!is_final(comparison.state)) {
            ++truth.open;
            continue;
        }
        if (!comparison.verdict || comparison.results.empty()) {
            ++truth.unmeasured;
            continue;
        }
        ++truth.measured;
        ++truth.verdicts[name_of(*comparison.verdict)];
        promoted += *comparison.verdict == Verdict::promote;
        regressed += *comparison.verdict == Verdict::regress;
        for (const BenchmarkResult& result : comparison.results) {
            ++intervals;
            covered += result.ci_low <= 1 && 1 <= result.ci_high;
        }
    }
    truth.promoted = proportion(promoted, truth.measured);
    truth.regressed = proportion(regressed, truth.measured);
    truth.covered = proportion(covered, intervals);
    if (truth.measured == 0) {
        truth.notes.emplace_back(
            "Nothing was measured yet: how often the gate is wrong here is not known.");
        return truth;
    }
    truth.notes.emplace_back(
        "Both sides had the same packages, so each promote and each regress is false. A promotion "
        "counts as the comparison said it, before the rebuild's family is closed.");
    truth.notes.emplace_back(
        "The gate's intervals hold at every look at once, so they may cover more than 95 %. "
        "Intervals of one comparison come from one host at one time: where they move together, the "
        "interval given for their share is too narrow.");
    return truth;
}

bool is_in_share(std::string_view key, double share) {
    return SplitMix(seed_of(key)).unit() < share;
}

}  // namespace terrace::core
