#include "scheduler/core/gate/sequential_design.hpp"

#include <algorithm>

#include "common/vocab/check.hpp"

namespace terrace::core {

LookBoundaries look_boundaries(const SequentialDesign& design, int primaries) {
    TERRACE_CHECK(!design.looks.empty() && design.looks.front() >= 4);
    LookBoundaries bounds;
    int before = 0;
    for (const int pairs : design.looks) {
        TERRACE_CHECK(pairs % 2 == 0 && pairs > before);
        before = pairs;
        bounds.fractions.push_back(static_cast<double>(pairs) / design.looks.back());
    }
    bounds.any = obrien_fleming_boundaries(bounds.fractions, design.error);
    bounds.gain = primaries <= 1
                      ? bounds.any
                      : obrien_fleming_boundaries(bounds.fractions, design.error / primaries);
    bounds.gain_order = StagewiseOrdering(bounds.fractions, bounds.gain);
    bounds.equivalence = obrien_fleming_boundaries(bounds.fractions, design.equivalence_error);
    return bounds;
}

}  // namespace terrace::core
