#include "worker/core/inspection_ending.hpp"

#include <doctest/doctest.h>

#include "common/vocab/names.hpp"

namespace terrace::worker {

TEST_CASE("what a reader of packages brings upon itself is the package's fault") {
    CHECK_FALSE(inspection_ending(0, "").has_value());
    struct Row {
        int exit_code;
        Outcome outcome;
    };
    for (const Row& row :
         {Row{1, Outcome::build_failed}, Row{128 + 11, Outcome::build_failed},
          Row{128 + 6, Outcome::build_failed}, Row{128 + 24, Outcome::build_failed},
          Row{128 + 25, Outcome::build_failed}, Row{2, Outcome::infra_aborted},
          Row{3, Outcome::infra_aborted}, Row{126, Outcome::infra_aborted},
          Row{127, Outcome::infra_aborted}, Row{128 + 9, Outcome::infra_aborted},
          Row{128 + 15, Outcome::infra_aborted}}) {
        CAPTURE(row.exit_code);
        const auto ending = inspection_ending(row.exit_code, "last\nwords\n");
        REQUIRE(ending.has_value());
        CHECK(name_of(ending->outcome) == name_of(row.outcome));
        CHECK(ending->evidence.find("last words") != std::string::npos);
    }
}

}  // namespace terrace::worker
