#pragma once

#include <string>

#include "common/vocab/outcome.hpp"
#include "scheduler/core/gate/sequential_gate.hpp"
#include "tests/bench/gate_power/noise_model.hpp"

namespace terrace::bench {

/// What many simulated comparisons of one benchmark came to.
struct Tally {
    int experiments = 0;
    int promote = 0;
    int promote_by_40 = 0;  ///< after at most 40 pairs
    int regress = 0;
    int equivalent = 0;
    int hold = 0;
    int unstable = 0;
    int covered = 0;  ///< the interval reported at stopping holds the truth
    long pairs = 0;

    double share(int count) const { return static_cast<double>(count) / experiments; }
    double saved() const { return 1 - static_cast<double>(pairs) / (80.0 * experiments); }
    void add(const core::GateDecision& decision, double truth);
    void add(const Tally& other);
};

struct Experiments {
    const NoiseSource& source;
    double noise = 0.01;  ///< the deviation of a pair's log ratio
    int count = 10'000;
    int threads = 2;
};

/// Comparisons whose variant truly gains `gain`. The same name gives the same experiments, however
/// many threads there are.
Tally simulate(const Experiments& what, const std::string& name, double gain);

/// A rebuild's mix: 70 % of the packages do not change, 20 % gain 4 %, 10 % lose 3 %.
Tally simulate_mix(const Experiments& what, const std::string& name);

/// How often the 95 % intervals of 80 pairs, their number fixed beforehand, hold the truth.
struct FixedCoverage {
    double bootstrap = 0;
    double student = 0;
};
FixedCoverage fixed_coverage(const Experiments& what, const std::string& name);

}  // namespace terrace::bench
