#include "scheduler/core/compose_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

std::vector<std::string> files_in(const std::vector<ComposePackage>& rows,
                                  const std::string& repo) {
    std::vector<std::string> files;
    for (const ComposePackage& row : rows) {
        if (row.repo == repo) files.push_back(row.filename);
    }
    return files;
}

SourceOutcome an_outcome(const std::string& source, const std::string& release, bool promoted) {
    SourceOutcome outcome;
    outcome.source = source;
    outcome.baseline.build = BuildId{1};
    outcome.baseline.rpms = {
        an_rpm(source, release, "x86_64"), an_rpm(source + "-doc", release, "noarch"),
        an_rpm(source + "-debuginfo", release, "x86_64"), an_rpm(source, release, "src")};
    if (promoted) {
        outcome.promoted["x86_64_v3"] = {
            BuildId{2},
            {an_rpm(source, release, "x86_64_v3"), an_rpm(source + "-doc", release, "noarch"),
             an_rpm(source + "-debuginfo", release, "x86_64_v3"), an_rpm(source, release, "src")}};
    }
    return outcome;
}

ReleaseSpec a_release() {
    return a_config().releases.at("mini-1");
}

using Files = std::vector<std::string>;

}  // namespace

TEST_CASE("a variant's repo holds every baseline package, and the promoted one beside it") {
    const auto rows =
        plan_compose(a_release(), {}, {an_outcome("a", "1", true), an_outcome("b", "1", false)});
    CHECK(files_in(rows, "x86_64/os") == Files{"a-1-1.x86_64.rpm", "a-doc-1-1.noarch.rpm",
                                               "b-1-1.x86_64.rpm", "b-doc-1-1.noarch.rpm"});
    CHECK(files_in(rows, "x86_64_v3/os") == Files{"a-1-1.x86_64.rpm", "a-1-1.x86_64_v3.rpm",
                                                  "a-doc-1-1.noarch.rpm", "b-1-1.x86_64.rpm",
                                                  "b-doc-1-1.noarch.rpm"});
    CHECK(files_in(rows, "x86_64/debug") ==
          Files{"a-debuginfo-1-1.x86_64.rpm", "b-debuginfo-1-1.x86_64.rpm"});
    CHECK(files_in(rows, "x86_64_v3/debug").size() == 3);
    CHECK(files_in(rows, "source") == Files{"a-1-1.src.rpm", "b-1-1.src.rpm"});
}

TEST_CASE("with encoding flags a variant's repo holds the promoted packages only") {
    ReleaseSpec release = a_release();
    release.variants[1].encoding = Encoding::flags;
    const auto rows =
        plan_compose(release, {}, {an_outcome("a", "1", true), an_outcome("b", "1", false)});
    CHECK(files_in(rows, "x86_64_v3/os") == Files{"a-1-1.x86_64_v3.rpm"});
}

TEST_CASE("a rebuilt source replaces all its binaries at once; the others stay") {
    const auto first =
        plan_compose(a_release(), {}, {an_outcome("a", "1", true), an_outcome("b", "1", true)});
    SourceOutcome next = an_outcome("a", "2", false);
    next.baseline.rpms.erase(next.baseline.rpms.begin() + 1);  // the subpackage is gone
    const auto rows = plan_compose(a_release(), first, {next});
    CHECK(files_in(rows, "x86_64/os") ==
          Files{"a-1-2.x86_64.rpm", "b-1-1.x86_64.rpm", "b-doc-1-1.noarch.rpm"});
    CHECK(files_in(rows, "x86_64_v3/os") == Files{"a-1-2.x86_64.rpm", "b-1-1.x86_64.rpm",
                                                  "b-1-1.x86_64_v3.rpm", "b-doc-1-1.noarch.rpm"});
}

TEST_CASE("what failed at the baseline keeps its old pair") {
    const auto first = plan_compose(a_release(), {}, {an_outcome("a", "1", true)});
    const auto rows = plan_compose(a_release(), first, {an_outcome("b", "2", false)});
    CHECK(files_in(rows, "x86_64_v3/os").size() == 5);
}

TEST_CASE("a rebuild that ends late takes back nothing that was published meanwhile") {
    const auto first = plan_compose(a_release(), {}, {an_outcome("a", "2", true)});
    const auto rows = plan_compose(a_release(), first, {an_outcome("a", "1", false)});
    CHECK(files_in(rows, "x86_64_v3/os") == files_in(first, "x86_64_v3/os"));
}

TEST_CASE("two sources that bring the same file cannot be one compose") {
    SourceOutcome other = an_outcome("b", "1", false);
    other.baseline.rpms.push_back(an_rpm("a-doc", "1", "noarch"));
    const auto rows = plan_compose(a_release(), {}, {an_outcome("a", "1", false), other});
    CHECK(why_unpublishable(rows) ==
          "Source packages 'a' and 'b' both bring a-doc-1-1.noarch.rpm to x86_64/os.");
    CHECK(why_unpublishable(plan_compose(a_release(), {}, {an_outcome("a", "1", true)})).empty());
}

TEST_CASE("the layout lists every repo, also one that is empty") {
    CHECK(compose_repos(a_release()) ==
          Files{"x86_64/os", "x86_64/debug", "x86_64_v3/os", "x86_64_v3/debug", "source"});
}

}  // namespace terrace::core::testing
