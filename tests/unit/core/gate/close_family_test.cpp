#include "scheduler/core/gate/close_family.hpp"

#include <doctest/doctest.h>

#include "scheduler/core/gate/multiplicity.hpp"
#include "tests/unit/core/gate/reference.hpp"

namespace terrace::core {

TEST_CASE("adjusted p-values equal R's p.adjust") {
    CHECK(close(holm_adjusted(reference("many.p")), reference("many.holm")));
    CHECK(close(benjamini_hochberg_adjusted(reference("many.p")), reference("many.bh")));
    CHECK(holm_adjusted({}).empty());
    CHECK(benjamini_hochberg_adjusted({}).empty());
}

TEST_CASE("Benjamini and Hochberg reject four hypotheses in their own example, Holm three") {
    int discoveries = 0;
    for (const double p : benjamini_hochberg_adjusted(reference("many.p")))
        discoveries += p <= 0.05;
    CHECK(discoveries == 4);
    int rejections = 0;
    for (const double p : holm_adjusted(reference("many.p"))) rejections += p <= 0.05;
    CHECK(rejections == 3);
}

TEST_CASE("of many packages without a gain, the few that look like one do not pass") {
    std::vector<FamilyMember> members(1000);
    for (std::size_t i = 0; i < members.size(); ++i) members[i].package = std::to_string(i);
    members[10] = {.package = "lucky", .verdict = Verdict::promote, .p = 0.01};
    members[20] = {.package = "fast", .verdict = Verdict::promote, .p = 1e-6};
    const std::vector<FamilyVerdict> closed = close_family(members);
    REQUIRE(closed.size() == members.size());
    CHECK(closed[10].package == "lucky");
    CHECK(closed[10].verdict == Verdict::hold);
    CHECK(closed[10].demoted);
    CHECK(closed[10].p_adjusted > 0.05);
    CHECK(closed[20].verdict == Verdict::promote);
    CHECK_FALSE(closed[20].demoted);
}

TEST_CASE("the same p-value passes among many real gains") {
    std::vector<FamilyMember> members(10, {.package = "p", .verdict = Verdict::promote, .p = 1e-4});
    members[0].p = 0.024;
    for (const FamilyVerdict& member : close_family(members))
        CHECK(member.verdict == Verdict::promote);
}

TEST_CASE("other verdicts stay as they are, and a family may be empty") {
    const std::vector<FamilyMember> members = {{.package = "a", .verdict = Verdict::regress},
                                               {.package = "b", .verdict = Verdict::equivalent},
                                               {.package = "c", .verdict = Verdict::unstable}};
    const std::vector<FamilyVerdict> closed = close_family(members);
    for (std::size_t i = 0; i < members.size(); ++i) {
        CHECK(closed[i].verdict == members[i].verdict);
        CHECK_FALSE(closed[i].demoted);
    }
    CHECK(close_family({}).empty());
}

}  // namespace terrace::core
