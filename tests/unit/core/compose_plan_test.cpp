#include "scheduler/core/compose_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/core/compose_builders.hpp"

namespace terrace::core::testing {
namespace {

using Files = std::vector<std::string>;

Files files_in(const ComposePlan& plan, const std::string& repo) {
    Files files;
    for (const ComposePackage& row : plan.packages) {
        if (row.repo == repo) files.push_back(row.filename);
    }
    return files;
}

ReleaseSpec with(AllowStall allow) {
    ReleaseSpec release = a_release();
    release.compose.allow_stall = allow;
    return release;
}

ReleaseSpec with(Encoding encoding) {
    ReleaseSpec release = a_release();
    release.variants[1].encoding = encoding;
    return release;
}

ComposePlan plan(const ReleaseSpec& release,
                 const ComposePlan& base,
                 const std::vector<SourceOutcome>& rebuilt) {
    return plan_compose(release, base_of(base), rebuilt);
}

ComposePlan first(const std::vector<SourceOutcome>& rebuilt) {
    return plan_compose(a_release(), {}, rebuilt);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a variant's repo holds every baseline package, and the promoted one beside it") {
    const ComposePlan made = first({an_outcome("a", "1", true), an_outcome("b", "1", false)});
    CHECK(made.error == "");
    CHECK(files_in(made, "x86_64/os") == Files{"a-1-1.x86_64.rpm", "a-doc-1-1.noarch.rpm",
                                               "b-1-1.x86_64.rpm", "b-doc-1-1.noarch.rpm"});
    CHECK(files_in(made, "x86_64_v3/os") == Files{"a-1-1.x86_64.rpm", "a-1-1.x86_64_v3.rpm",
                                                  "a-doc-1-1.noarch.rpm", "b-1-1.x86_64.rpm",
                                                  "b-doc-1-1.noarch.rpm"});
    CHECK(files_in(made, "x86_64/debug") ==
          Files{"a-debuginfo-1-1.x86_64.rpm", "b-debuginfo-1-1.x86_64.rpm"});
    CHECK(files_in(made, "x86_64_v3/debug").size() == 3);
    CHECK(files_in(made, "source") == Files{"a-1-1.src.rpm", "b-1-1.src.rpm"});
}

TEST_CASE("with encoding flags a variant's repo holds the promoted packages only") {
    const ComposePlan made =
        plan(with(Encoding::flags), {}, {an_outcome("a", "1", true), an_outcome("b", "1", false)});
    CHECK(files_in(made, "x86_64_v3/os") == Files{"a-1-1.x86_64_v3.rpm"});
}

TEST_CASE("a rebuilt source replaces all its binaries at once; the others stay") {
    const ComposePlan before = first({an_outcome("a", "1", true), an_outcome("b", "1", true)});
    SourceOutcome next = an_outcome("a", "2", false);
    next.baseline.rpms.erase(next.baseline.rpms.begin() + 1);  // the subpackage is gone
    const ComposePlan after = plan(with(AllowStall::distro_sync), before, {next});
    CHECK(files_in(after, "x86_64/os") ==
          Files{"a-1-2.x86_64.rpm", "b-1-1.x86_64.rpm", "b-doc-1-1.noarch.rpm"});
    CHECK(files_in(after, "x86_64_v3/os") == Files{"a-1-2.x86_64.rpm", "b-1-1.x86_64.rpm",
                                                   "b-1-1.x86_64_v3.rpm", "b-doc-1-1.noarch.rpm"});
}

TEST_CASE("what failed at the baseline keeps its old pair") {
    const ComposePlan after =
        plan(a_release(), first({an_outcome("a", "1", true)}), {an_outcome("b", "2", false)});
    CHECK(files_in(after, "x86_64_v3/os").size() == 5);
}

TEST_CASE("a rebuild that ends late takes back nothing that was published meanwhile") {
    const ComposePlan before = first({an_outcome("a", "2", true)});
    const ComposePlan after = plan(a_release(), before, {an_outcome("a", "1", false)});
    CHECK((after.packages == before.packages));
    CHECK(after.error == "");
}

TEST_CASE("two sources that bring the same file cannot be one compose") {
    SourceOutcome other = an_outcome("b", "1", false);
    other.baseline.rpms.push_back(an_rpm("a-doc", "1", "noarch"));
    CHECK(has(first({an_outcome("a", "1", false), other}).error,
              "Source packages 'a' and 'b' both bring a-doc-1-1.noarch.rpm to x86_64/os."));
}

TEST_CASE("a name that loses its level stalls clients: refused unless the release allows it") {
    const ComposePlan before = first({an_outcome("a", "1", true), an_outcome("b", "1", true)});
    const std::vector<SourceOutcome> lost = {an_outcome("a", "2", false)};
    SUBCASE("refused, with the name and the ways out") {
        const std::string error = plan(a_release(), before, lost).error;
        CHECK(has(error, "The stream has a.x86_64_v3 and would have the baseline's build alone"));
        CHECK(has(error, "set compose.allow_stall to distro-sync"));
    }
    SUBCASE("allowed, and listed from then on, until it is back") {
        const ReleaseSpec allowed = with(AllowStall::distro_sync);
        const ComposePlan after = plan(allowed, before, lost);
        CHECK(after.error == "");
        CHECK(after.stalled == Files{"a.x86_64_v3"});
        const ComposePlan later = plan(allowed, after, {an_outcome("a", "3", false)});
        CHECK(later.stalled == Files{"a.x86_64_v3"});
        // What was allowed once cannot be refused any more: the clients are what they are.
        CHECK(plan(a_release(), later, {an_outcome("b", "2", true)}).error == "");
        CHECK(plan(a_release(), later, {an_outcome("a", "4", true)}).stalled.empty());
    }
    SUBCASE("with encoding flags clients follow by themselves") {
        const ReleaseSpec flags = with(Encoding::flags);
        const ComposePlan after = plan(flags, plan(flags, {}, {an_outcome("a", "1", true)}), lost);
        CHECK(after.error == "");
        CHECK(after.stalled.empty());
        CHECK(files_in(after, "x86_64_v3/os").empty());  // withdrawn in the same compose
    }
    SUBCASE("a name that is gone, or noarch now, stalls nobody") {
        SourceOutcome gone = an_outcome("a", "2", false);
        gone.baseline.rpms.erase(gone.baseline.rpms.begin());
        CHECK(plan(a_release(), before, {gone}).error == "");
        gone.baseline.rpms.push_back(an_rpm("a", "2", "noarch"));
        CHECK(plan(a_release(), before, {gone}).error == "");
    }
}

TEST_CASE(
    "a promoted build with other packages than the baseline's is left out, and that is told") {
    SourceOutcome outcome = an_outcome("a", "1", true);
    std::vector<RpmFile>& rpms = outcome.promoted.at("x86_64_v3").rpms;
    std::string why;
    SUBCASE("one is missing") {
        outcome.baseline.rpms.push_back(an_rpm("a-libs", "1", "x86_64"));
        why = "it lacks a-libs";
    }
    SUBCASE("one is too many") {
        rpms.push_back(an_rpm("a-fast", "1", "x86_64_v3"));
        why = "the baseline has no a-fast";
    }
    SUBCASE("one is of another EVR") {
        rpms.front() = an_rpm("a", "2", "x86_64_v3");
        why = "its a is 1-2, not 1-1";
    }
    const ComposePlan made = first({outcome});
    CHECK(made.error == "");
    CHECK(made.notes == Files{"a is left out of x86_64_v3: " + why + "."});
    CHECK(files_in(made, "x86_64_v3/os") == files_in(made, "x86_64/os"));
}

TEST_CASE("an ABI group is at a level as a whole or not at all") {
    ReleaseSpec release = with(AllowStall::distro_sync);
    release.compose.abi_groups = {{"eigen", {"a", "b", "elsewhere"}}};
    const ComposePlan whole =
        plan(release, {}, {an_outcome("a", "1", true), an_outcome("b", "1", true)});
    CHECK(whole.notes.empty());
    CHECK(files_in(whole, "x86_64_v3/os").size() == 6);
    SUBCASE("one of the same rebuild is not promoted") {
        const ComposePlan made =
            plan(release, {}, {an_outcome("a", "1", true), an_outcome("b", "1", false)});
        CHECK(made.notes == Files{"a is left out of x86_64_v3: its ABI group 'eigen' is not whole "
                                  "without b."});
        CHECK(files_in(made, "x86_64_v3/os") == files_in(made, "x86_64/os"));
    }
    SUBCASE("one that is carried goes, too") {
        const ComposePlan made = plan(release, whole, {an_outcome("a", "2", false)});
        CHECK(files_in(made, "x86_64_v3/os") == files_in(made, "x86_64/os"));
        CHECK(made.stalled == Files{"a.x86_64_v3", "b.x86_64_v3"});
    }
    SUBCASE("one without compiled packages does not count") {
        SourceOutcome noarch = an_outcome("b", "2", false);
        noarch.baseline.rpms.front() = an_rpm("b", "2", "noarch");
        CHECK(plan(release, whole, {noarch}).notes.empty());
    }
}

TEST_CASE("a variant that is new to the release is complete from its first compose on") {
    const ComposePlan before = first({an_outcome("a", "1", true)});
    ReleaseSpec release = a_release();
    release.variants.push_back(release.variants[1]);
    release.variants.back().name = release.variants.back().target_arch = "x86_64_v4";
    const ComposePlan after = plan(release, before, {an_outcome("b", "1", false)});
    CHECK(after.error == "");
    CHECK(files_in(after, "x86_64_v4/os") == files_in(after, "x86_64/os"));
    SUBCASE("and one that is gone leaves nothing") {
        release.variants.resize(1);
        const ComposePlan last = plan(release, after, {});
        CHECK(last.error == "");
        CHECK(files_in(last, "x86_64/os") == files_in(after, "x86_64/os"));
        CHECK(files_in(last, "x86_64_v3/os").empty());
    }
}

TEST_CASE("the layout lists every repo, also one that is empty") {
    CHECK(compose_repos(a_release()) ==
          Files{"x86_64/os", "x86_64/debug", "x86_64_v3/os", "x86_64_v3/debug", "source"});
}

}  // namespace terrace::core::testing
