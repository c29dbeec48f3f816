#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/vocab/outcome.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/evidence.hpp"

namespace terrace::core {

struct GateDecision {
    std::optional<int> next_pairs = {};  ///< go on to so many pairs and decide again; nullopt: stop
    int pairs = 0;                       ///< of the last look; 0: none yet
    std::vector<Evidence> evidence = {};  ///< of the last look, as the benchmarks were given

    // Once stopped.
    Verdict verdict = Verdict::hold;
    std::string why = {};        ///< a clause
    std::size_t decided_by = 0;  ///< index of the benchmark that the verdict rests on
    /// 95 % BCa of each benchmark, as if the number of blocks had been fixed beforehand.
    std::vector<ConfidenceInterval> bootstrap = {};
    std::vector<double> p_gain_holm = {};  ///< adjusted inside the package; 1 of guarded ones
    /// For the false discovery control of the rebuild: the smallest p_gain_holm of a promotion, and
    /// 1 for whatever else was found (a p-value only gets larger by that, so stays valid).
    double p = 1;
};

/// Decides after each look whether a comparison goes on, and what it has shown (docs/gate.md).
/// Values in, values out: the looks before the last one are decided anew, and what was measured
/// beyond the one that stops is not used. So the same samples give the same decision, and a restart
/// between two looks loses nothing.
class SequentialGate {
public:
    /// @pre the looks of `design` are even, ascend and are at least 4
    SequentialGate(const GatePolicy& policy, SequentialDesign design, int primaries);

    /// `seed` is the bootstrap's: seed_of() the comparison's key.
    /// @pre not empty; as many primary ones as the constructor was told
    GateDecision decide(std::span<const MeasuredBenchmark> benchmarks, std::uint64_t seed) const;

    const LookBoundaries& bounds() const { return bounds_; }

private:
    GateDecision decide_at(std::size_t look,
                           std::span<const MeasuredBenchmark> benchmarks,
                           std::uint64_t seed) const;

    GatePolicy policy_;
    SequentialDesign design_;
    LookBoundaries bounds_;
};

}  // namespace terrace::core
