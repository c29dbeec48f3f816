// Which packages are built for which architectures.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

SubmitRebuild everything() {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return submit;
}

TEST_CASE(
    "a noarch package is built once, at the baseline; an arch that the package excludes is not "
    "built") {
    SourcePackage noarch = a_package("data");
    noarch.noarch = true;
    SourcePackage literal = a_package("literal");
    literal.exclusive_arch = {"x86_64"};
    SourcePackage foreign = a_package("foreign");
    foreign.exclusive_arch = {"s390x"};
    TestFarm farm({noarch, literal, foreign});
    farm.get<MadeRebuild>(everything());
    CHECK(farm.state().builds.size() == 2);
    CHECK(farm.state().comparisons.empty());
}

TEST_CASE("ExclusiveArch and ExcludeArch allow what rpm builds") {
    struct Row {
        std::vector<std::string> exclusive;
        std::vector<std::string> exclude;
        bool noarch;
        std::size_t builds;  ///< of x86_64 and x86_64_v3
    };
    const std::vector<std::string> ix86 = {"i386", "i486", "i586", "i686", "athlon", "geode"};
    const Row rows[] = {{{}, {}, false, 2},
                        {{"i686", "x86_64", "aarch64"}, {}, false, 1},
                        {{"x86_64", "x86_64_v2", "x86_64_v3", "amd64"}, {}, false, 2},
                        {{"x86_64_v3"}, {}, false, 0},  // no baseline, nothing to publish
                        {ix86, {}, false, 0},
                        {{"noarch"}, {}, false, 0},
                        {{}, ix86, false, 2},
                        {{}, {"x86_64_v3"}, false, 1},
                        {{}, {"x86_64"}, false, 0},
                        {{"x86_64"}, {"x86_64"}, false, 0},
                        {{"x86_64"}, {}, true, 1},
                        {{"x86_64", "noarch"}, {}, true, 1},
                        {{"aarch64", "noarch"}, {}, true, 0},
                        {{}, {"x86_64"}, true, 0},
                        {{}, {"noarch"}, true, 1}};
    for (const Row& row : rows) {
        CAPTURE(&row - rows);
        SourcePackage package = a_package("xz");
        package.exclusive_arch = row.exclusive;
        package.exclude_arch = row.exclude;
        package.noarch = row.noarch;
        TestFarm farm({package});
        farm.get<MadeRebuild>(everything());
        CHECK(farm.state().builds.size() == row.builds);
    }
}

}  // namespace
}  // namespace terrace::core::testing
