#include "cli/reports/explain_report.hpp"

#include <doctest/doctest.h>

#include "common/wire/json.hpp"
#include "tests/unit/cli/captured_output.hpp"

using namespace terrace;
using namespace terrace::cli;

namespace {

const TimePoint kNow = wire::parse_time("2026-11-22T10:00:00.000Z");

Explanation a_ready_build() {
    return wire::from_text<Explanation>(R"({
        "build": 17, "package": "zlib", "variant": "x86_64_v3", "state": "ready",
        "why": "It is ready, and number 3 of its rebuild.", "waits_for": [],
        "position": 3, "ready_in_class": 40, "of_higher_class": 2, "unplaceable": false,
        "since": null, "start_estimated": "2026-11-22T10:12:30.000Z",
        "start_basis": "4 builds go before it", "seconds_expected": 200,
        "seconds_basis": "5 builds of it",
        "workers": [{"worker": "alpha", "level": "x86_64", "predicate": "level",
                     "detail": "It has level x86_64; the build runs code of level x86_64_v3."},
                    {"worker": "beta", "level": "x86_64_v3", "predicate": "busy",
                     "detail": "All of its slots (4) are taken."}]})")
        .value();
}

}  // namespace

TEST_CASE_FIXTURE(CapturedOutput, "a ready build is explained with its place and each worker") {
    print_explanation(output, a_ready_build(), kNow);
    CHECK(out.str() ==
          "Build 17: zlib for x86_64_v3, ready\n"
          "It is ready, and number 3 of its rebuild.\n"
          "Position: number 3 of its rebuild; of others, 40 ready in its priority class and 2 in "
          "higher ones\n"
          "Estimated start: 2026-11-22 10:12:30 UTC (in 12m30s): 4 builds go before it\n"
          "Expected time: 3m20s: 5 builds of it\n"
          "\n"
          "WORKER  LEVEL      PREDICATE  DETAIL\n"
          "alpha   x86_64     level      It has level x86_64; the build runs code of level "
          "x86_64_v3.\n"
          "beta    x86_64_v3  busy       All of its slots (4) are taken.\n");
}

TEST_CASE_FIXTURE(CapturedOutput, "a build that no worker can ever run stands out, with since") {
    Explanation explanation = a_ready_build();
    explanation.since = kNow - std::chrono::hours(3);
    print_explanation(output, explanation, kNow);
    CHECK(says("No worker fits it since 2026-11-22 07:00:00 UTC (3h00m).\n"));
    CHECK_FALSE(says("UNPLACEABLE"));
    explanation.unplaceable = true;
    output.out_style.colour = true;
    print_explanation(output, explanation, kNow);
    CHECK(says("mUNPLACEABLE since 2026-11-22 07:00:00 UTC (3h00m): it will not run unless"));
}

TEST_CASE_FIXTURE(CapturedOutput, "a blocked build names what it waits for, but not thousands") {
    Explanation explanation;
    explanation.state = "blocked";
    for (int i = 100; i < 130; ++i) explanation.waits_for.push_back("p" + std::to_string(i));
    print_explanation(output, explanation, kNow);
    CHECK(says("Waits for: p100, p101, "));
    CHECK(says(", p119 and 10 more\n"));
    CHECK_FALSE(says("WORKER"));
    CHECK_FALSE(says("Estimated"));
}
