#include "worker/core/march_check.hpp"

#include <doctest/doctest.h>

namespace terrace::worker {
namespace {

BuildOrder a_v3_order() {
    BuildOrder order;
    order.target_arch = "x86_64_v3";
    order.target_level = Level::x86_64_v3;
    order.require_march = true;
    return order;
}

std::vector<RpmFile> an_rpm_of(const std::string& arch) {
    RpmFile rpm;
    rpm.nevra.arch = arch;
    return {rpm};
}

TEST_CASE(
    "a v3 package whose log never shows -march=x86-64-v3 is refused, by name of the culprit") {
    const auto refusal = march_refusal(a_v3_order(), false, an_rpm_of("x86_64_v3"));
    REQUIRE(refusal);
    CHECK(refusal->outcome == Outcome::build_failed);
    CHECK(refusal->evidence ==
          "The build log lacks -march=x86-64-v3: the chroot's rpm ignored --target x86_64_v3; this "
          "is no x86_64_v3 "
          "package.");
}

TEST_CASE(
    "a package that was compiled for its level, has no code, or need not prove it, is taken") {
    CHECK_FALSE(march_refusal(a_v3_order(), true, an_rpm_of("x86_64_v3")));
    CHECK_FALSE(march_refusal(a_v3_order(), false, an_rpm_of("noarch")));
    BuildOrder order = a_v3_order();
    order.require_march = false;
    CHECK_FALSE(march_refusal(order, false, an_rpm_of("x86_64_v3")));
}

}  // namespace
}  // namespace terrace::worker
