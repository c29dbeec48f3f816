#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/outcome.hpp"

/// What `terrace gate policy test` shows: a rebuild's stored samples, decided by another policy.
namespace terrace {

/// One source package and variant.
struct PolicyTestRow {
    std::string package;
    std::string variant;
    std::string vendor;              ///< of the CPUs that it was measured on; empty: any
    Verdict before = Verdict::hold;  ///< as it is stored
    std::optional<Verdict> after;    ///< null: the stored samples cannot say
    bool ships_before = false;
    std::optional<bool> ships_after;  ///< null with `after`
    std::string why;                  ///< a sentence
    friend bool operator==(const PolicyTestRow&, const PolicyTestRow&) = default;
};
BOOST_DESCRIBE_STRUCT(PolicyTestRow,
                      (),
                      (package, variant, vendor, before, after, ships_before, ships_after, why))

struct PolicyTest {
    RebuildId rebuild;
    std::int64_t compared = 0;           ///< comparisons that have a verdict
    std::int64_t open = 0;               ///< that have none: not tested
    std::vector<PolicyTestRow> changes;  ///< another verdict, or another answer of the gate
    std::vector<PolicyTestRow> unknown;  ///< which it might change
    friend bool operator==(const PolicyTest&, const PolicyTest&) = default;
};
BOOST_DESCRIBE_STRUCT(PolicyTest, (), (rebuild, compared, open, changes, unknown))

}  // namespace terrace
