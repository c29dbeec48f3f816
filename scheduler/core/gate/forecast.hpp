#pragma once

#include <optional>
#include <vector>

#include "common/vocab/outcome.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/sequential_design.hpp"

namespace terrace::core {

/// The probabilities that a measurement stops at one look with each verdict.
struct LookForecast {
    int pairs = 0;
    double promote = 0;
    double regress = 0;
    double equivalent = 0;
    double hold = 0;  ///< at the last look only
};

struct Forecast {
    std::vector<LookForecast> looks;
    double pairs_expected = 0;
    double cpu_seconds_expected = 0;

    /// The probability that it stops with this verdict after at most so many pairs.
    double probability(Verdict verdict, int pairs_max) const;
    /// After how many pairs it has a verdict other than hold with this probability; nullopt: it
    /// may well never have.
    std::optional<int> pairs_until_decided(double probability) const;
};

/// What a comparison of one primary benchmark will cost and say, if the true log ratio of its
/// variant is `log_ratio` and the log ratios of blocks spread by `deviation`: the power of the
/// whole procedure by the recursion of SequentialDensity, with all of its stops (Jennison and
/// Turnbull, Group Sequential Methods, 2000, chapters 3, 5 and 19). The blocks count as normal with
/// a spread that is known, held against the boundaries for one that is estimated; unstable is left
/// out. @pre deviation > 0
Forecast forecast(const GatePolicy& policy,
                  const SequentialDesign& design,
                  double log_ratio,
                  double deviation,
                  double cpu_seconds_per_pair);

}  // namespace terrace::core
