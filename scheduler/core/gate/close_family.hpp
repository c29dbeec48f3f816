#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/vocab/outcome.hpp"

namespace terrace::core {

/// A package that was measured in this rebuild. Inherited verdicts, identical code and packages
/// without a benchmark are no members: nothing was asked of them.
struct FamilyMember {
    std::string package;
    Verdict verdict = Verdict::hold;
    double p = 1;  ///< GateDecision::p
};

struct FamilyVerdict {
    std::string package;
    Verdict verdict = Verdict::hold;
    double p_adjusted = 1;  ///< the least q at which it is still a discovery
    bool demoted = false;   ///< promote until the family was closed, hold since
    friend bool operator==(const FamilyVerdict&, const FamilyVerdict&) = default;
};

/// Closes the comparisons of one rebuild and variant: of the promotions, those pass that are
/// discoveries of Benjamini and Hochberg at level `q`, so that at most the share q of what is
/// promoted is expected not to gain enough; others become hold. Members come back in their order.
/// To be computed once, when no comparison of the rebuild is open: with more members later, other
/// ones would pass. @pre 0 < q < 1
std::vector<FamilyVerdict> close_family(std::span<const FamilyMember> members, double q = 0.05);

}  // namespace terrace::core
