#include "cli/reports/pass_report.hpp"

#include <doctest/doctest.h>

#include "tests/unit/cli/captured_output.hpp"

using namespace terrace;
using namespace terrace::cli;

TEST_CASE_FIXTURE(CapturedOutput, "a second pass lists each package with all of its reasons") {
    print_second_pass(output, {RebuildId{5},
                               {{"foot", {"libfoo: static library", "bar: headers only"}},
                                {"lame", {"zlib: static library"}}}});
    CHECK(out.str() ==
          "PACKAGE  TOOK IN\n"
          "foot     libfoo: static library\n"
          "         bar: headers only\n"
          "lame     zlib: static library\n"
          "2 packages took in code that rebuild 5 made anew.\n");
}

TEST_CASE_FIXTURE(CapturedOutput, "an empty second pass is a sentence") {
    print_second_pass(output, {RebuildId{5}, {}});
    CHECK(out.str() == "No package of rebuild 5 took code in from another one that it built.\n");
}

TEST_CASE_FIXTURE(CapturedOutput, "a difference shows every changed result and cuts selections") {
    VariantDiff diff{"x86_64", {"zlib"}, {"lame"}, {}, {}};
    for (int i = 100; i < 130; ++i) diff.only_before.push_back("p" + std::to_string(i));
    for (int i = 200; i < 230; ++i) diff.newly_passing.push_back("q" + std::to_string(i));
    print_diff(output, {RebuildId{5}, RebuildId{6}, {diff}});
    CAPTURE(out.str());
    CHECK(
        says("VARIANT  NEWLY FAILING  NEWLY PASSING  ONLY IN 5  ONLY IN 6\n"
             "x86_64               1             31         30          0\n"));
    CHECK(says("x86_64   newly failing  zlib\n"));
    CHECK(says("x86_64   newly passing  q229\n"));
    CHECK(says("x86_64   only in 5      p119\nx86_64   only in 5      and 10 more\n"));
    CHECK_FALSE(says("p120"));
}

TEST_CASE_FIXTURE(CapturedOutput, "no difference is a sentence") {
    print_diff(output, {RebuildId{5}, RebuildId{6}, {{"x86_64", {}, {}, {}, {}}}});
    CHECK(says("\nNo package came out differently.\n"));
}
