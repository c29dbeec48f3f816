#include "scheduler/core/gate/close_family.hpp"

#include <cstddef>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/multiplicity.hpp"

namespace terrace::core {

std::vector<FamilyVerdict> close_family(std::span<const FamilyMember> members, double q) {
    TERRACE_CHECK(q > 0 && q < 1);
    std::vector<double> p_values;
    for (const FamilyMember& member : members) p_values.push_back(member.p);
    const std::vector<double> adjusted = benjamini_hochberg_adjusted(p_values);
    std::vector<FamilyVerdict> closed;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const bool demoted = members[i].verdict == Verdict::promote && adjusted[i] > q;
        closed.push_back({.package = members[i].package,
                          .verdict = demoted ? Verdict::hold : members[i].verdict,
                          .p_adjusted = adjusted[i],
                          .demoted = demoted});
    }
    return closed;
}

}  // namespace terrace::core
