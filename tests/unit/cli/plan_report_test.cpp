#include "cli/reports/plan_report.hpp"

#include <doctest/doctest.h>

#include "common/wire/json.hpp"
#include "tests/unit/cli/captured_output.hpp"

using namespace terrace;
using namespace terrace::cli;

namespace {

/// As the farm sends it.
const char* const kAnswer = R"({
    "release": "f45", "package_set": 3,
    "seed": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "mode": "ordered", "priority": "background", "stream": "testing",
    "variants": [{"variant": "x86_64", "to_build": 900, "reused": 80, "skipped": 20},
                 {"variant": "x86_64_v3", "to_build": 700, "reused": 0, "skipped": 300}],
    "builds": 1600, "noarch_once": 300, "must_confirm": true,
    "levels": [{"level": "x86_64", "builds": 1600, "slot_hours": 120.25, "slots": 40,
                "bound_hours": 3.00625},
               {"level": "x86_64_v4", "builds": 4, "slot_hours": 2, "slots": 0, "bound_hours": 0}],
    "makespan_hours": 5.5, "bound_hours": 4.25, "bound_by": "the longest build",
    "critical_path_hours": 2.5, "waves": 9, "in_cycles": 12,
    "longest": [{"package": "llvm", "variant": "x86_64", "seconds": 15300, "seconds_low": 12600,
                 "seconds_high": 18000, "basis": "5 builds of it"}],
    "cannot_run": [{"package": "qat", "variant": "x86_64_v4", "why": "No known worker fits."}],
    "uninstallable": [],
    "blast_radius": {"sources": 1000, "dependents": 17, "stream_rpms": 5000,
                     "stream_rpms_touched": 2400, "dependents_known": true},
    "notes": ["The bound knows the order."]})";

RebuildPlan a_plan() {
    return wire::from_text<RebuildPlan>(kAnswer).value();
}

wire::RebuildRequest a_request() {
    wire::RebuildRequest request;
    request.release = "f45";
    request.mode = Mode::ordered;
    request.priority = PriorityClass::background;
    return request;
}

}  // namespace

TEST_CASE_FIXTURE(CapturedOutput, "a plan says what, where, how long and who would notice") {
    print_plan(output, a_request(), a_plan());
    CAPTURE(out.str());
    CHECK(
        says("A rebuild of f45: 1600 builds, mode ordered, priority background, for stream "
             "testing\n"));
    CHECK(says("package set 3 and seed e3b0c44298fc. Nothing has been started.\n"));
    CHECK(
        says("VARIANT    TO BUILD  REUSED  SKIPPED\n"
             "x86_64          900      80       20\n"
             "x86_64_v3       700       0      300\n"
             "300 noarch source packages built once, for every variant.\n"));
    CHECK(
        says("LEVEL      BUILDS  SLOT HOURS  SLOTS  AT LEAST\n"
             "x86_64       1600       120.2     40     3h00m\n"
             "x86_64_v4       4         2.0      0     never\n"));
    CHECK(says("Expected: 5h30m\nNo less than: 4h15m, decided by: the longest build\n"));
    CHECK(says("Longest chain of dependencies: 2h30m, in 9 waves\n"));
    CHECK(says("In cycles, with a dependency from the seed: 12 source packages\n"));
    CHECK(says("llvm     x86_64   4h15m  3h30m  5h00m  5 builds of it\n"));
    CHECK(says("What cannot run: 1\n"));
    CHECK(says("qat      x86_64_v4  No known worker fits.\n"));
    CHECK(says("What the seed does not satisfy (BuildRequires): none\n"));
    CHECK(says("1000 source packages to build; 17 others depending on them, directly or not.\n"));
    CHECK(says("2400 of the 5000 RPMs in stream testing would be replaced.\n"));
    CHECK(says("- The bound knows the order.\n"));
    CHECK(
        says("(1600) confirmed:\n  terrace rebuild start f45 --mode ordered --priority background "
             "--confirm 1600\n"));
}

TEST_CASE_FIXTURE(CapturedOutput, "a plan of thousands of problems shows twenty and the count") {
    RebuildPlan plan = a_plan();
    for (int i = 100; i < 160; ++i)
        plan.uninstallable.push_back({"p" + std::to_string(i), "", "nothing provides x"});
    print_plan(output, a_request(), plan);
    CHECK(says("What the seed does not satisfy (BuildRequires): 60\n"));
    CHECK(says("p119     every    nothing provides x\nand 40 more"));
    CHECK_FALSE(says("p120"));
}

TEST_CASE_FIXTURE(CapturedOutput, "a plan does not pretend to know what is not resolved") {
    RebuildPlan plan;
    plan.stream = "testing";
    print_plan(output, {}, plan);
    CHECK(says("who needs them is not known."));
    CHECK(says("Stream testing has no RPM yet."));
    CHECK_FALSE(says("Longest chain"));
    CHECK_FALSE(says("confirmed"));
}

TEST_CASE("the command that starts a plan repeats its options and is safe to paste") {
    wire::RebuildRequest request;
    request.release = "f45";
    CHECK(start_command(request, {}) == "terrace rebuild start f45");
    request.packages = {"gtk+", "a b;c'd"};
    request.variants = {"x86_64_v3"};
    request.stream = "testing";
    request.share = 2.5;
    request.priority = PriorityClass::urgent;
    RebuildPlan plan;
    plan.builds = 9;
    CHECK(start_command(request, plan) ==
          "terrace rebuild start f45 --package gtk+ --package 'a b;c'\\''d' --variant x86_64_v3 "
          "--stream testing --priority urgent --share 2.5");
    plan.must_confirm = true;
    CHECK(start_command(request, plan).ends_with(" --share 2.5 --confirm 9"));
}
