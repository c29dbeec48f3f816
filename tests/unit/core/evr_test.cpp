#include <doctest/doctest.h>

#include "common/vocab/nevra.hpp"

namespace terrace {

TEST_CASE("EVRs are compared by rpm's rules, never as text") {
    CHECK(Evr{0, "1.10", "1"} > Evr{0, "1.9", "1"});
    CHECK(Evr{1, "1", "1"} > Evr{0, "2", "1"});
    CHECK(Evr{0, "1.0~rc1", "1"} < Evr{0, "1.0", "1"});
    CHECK(Evr{0, "1", "1.mini1.10"} > Evr{0, "1", "1.mini1.9"});
    CHECK(Evr{0, "1.0", "1"} == Evr{0, "1.00", "1"});
}

TEST_CASE("an epoch of 0 is not written") {
    CHECK(to_string(Nevra{"bash", 0, "5.2", "1", "x86_64"}) == "bash-5.2-1.x86_64");
    CHECK(to_string(Evr{2, "5.2", "1"}) == "2:5.2-1");
}

}  // namespace terrace
