#include "scheduler/core/gate/close_comparisons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "scheduler/core/gate/close_family.hpp"

namespace terrace::core {
namespace {

struct Member {
    FamilyMember speaks;
    OfPackage measured;
};

Member member_of(const OfPackage& package) {
    Member member{{"", Verdict::promote, 0}, {}};
    for (Comparison* row : package) {
        if (!row->verdict) continue;
        if (*row->verdict != Verdict::promote) member.speaks.verdict = *row->verdict;
        if (!row->p) continue;
        member.speaks.p = std::max(member.speaks.p, *row->p);
        member.measured.push_back(row);
    }
    // An inherited verdict has no p-value to give.
    if (member.speaks.verdict != Verdict::promote) member.speaks.p = 1;
    return member;
}

}  // namespace

void close_comparisons(const std::vector<OfPackage>& packages, double false_discovery_max) {
    std::vector<FamilyMember> family;
    std::vector<OfPackage> measured;  // of each member
    for (const OfPackage& package : packages) {
        Member member = member_of(package);
        if (member.measured.empty()) continue;
        family.push_back(std::move(member.speaks));
        measured.push_back(std::move(member.measured));
    }
    const std::vector<FamilyVerdict> closed = close_family(family, false_discovery_max);
    for (std::size_t i = 0; i < closed.size(); ++i) {
        for (Comparison* row : measured[i]) {
            row->p_adjusted = std::min(1.0, std::ceil(closed[i].p_adjusted * 1e6) / 1e6);
            if (!closed[i].demoted) continue;
            row->verdict = Verdict::hold;
            row->reason += fmt::format(
                " But among the {} packages measured it is no discovery: its adjusted p-value of "
                "{:.3f} is above {}.",
                family.size(), closed[i].p_adjusted, false_discovery_max);
        }
    }
}

}  // namespace terrace::core
