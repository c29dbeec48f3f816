#include "cli/reports/truth_report.hpp"

#include <doctest/doctest.h>

#include "tests/unit/cli/captured_output.hpp"

using namespace terrace;
using namespace terrace::cli;

TEST_CASE_FIXTURE(CapturedOutput, "truth shows shares with their intervals, and what is open") {
    Truth truth;
    truth.release = "f45";
    truth.open = 2;
    truth.unmeasured = 1;
    truth.measured = 200;
    truth.promoted = {2, 200, 0.01, 0.0012, 0.0357};
    truth.regressed = {0, 200, 0, 0, 0.0183};
    truth.covered = {390, 400, 0.975, 0.955, 0.988};
    truth.notes = {"Both sides had the same packages."};
    print_truth(output, truth);
    CAPTURE(out.str());
    CHECK(
        says("200 measured comparisons of a baseline with itself in release f45; 2 still open; 1 "
             "not measured.\n"));
    CHECK(says("Comparisons that said promote"));
    CHECK(says("2 of 200   1.0 %    [0.1 %, 3.6 %]\n"));
    CHECK(says("390 of 400  97.5 %  [95.5 %, 98.8 %]\n"));
    CHECK(says("Both sides had the same packages.\n"));
}

TEST_CASE_FIXTURE(CapturedOutput, "truth without a measurement claims nothing") {
    Truth truth;
    truth.notes = {"Nothing was measured yet."};
    print_truth(output, truth);
    CHECK(out.str() ==
          "0 measured comparisons of a baseline with itself.\nNothing was measured yet.\n");
    CHECK(truth_blocks(truth).size() == 2);  // no table
}
