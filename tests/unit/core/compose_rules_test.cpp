#include "scheduler/core/compose_rules.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/core/compose_builders.hpp"

namespace terrace::core::testing {
namespace {

/// A compose that keeps all rules, to break one at a time.
struct Rows {
    explicit Rows(Encoding encoding = Encoding::arch) : release(a_release()) {
        release.variants[1].encoding = encoding;
        rows = plan_compose(release, {},
                            {an_outcome("a", "1", true), an_outcome("b", "1", true),
                             an_outcome("c", "1", false)})
                   .packages;
    }

    ComposePackage& row(const std::string& repo, const std::string& filename) {
        const auto found = std::ranges::find_if(rows, [&](const ComposePackage& row) {
            return row.repo == repo && row.filename == filename;
        });
        REQUIRE(found != rows.end());
        return *found;
    }
    void erase(const std::string& repo, const std::string& filename) {
        row(repo, filename);
        std::erase_if(rows, [&](const ComposePackage& row) {
            return row.repo == repo && row.filename == filename;
        });
    }
    /// The first broken rule; empty if none is.
    std::string broken() const {
        const auto all = broken_compose_rules(release, rows);
        return all.empty() ? "" : all.front();
    }

    ReleaseSpec release;
    std::vector<ComposePackage> rows;
};

}  // namespace

TEST_CASE("a compose that was planned breaks no rule") {
    CHECK(Rows().broken() == "");
    CHECK(Rows(Encoding::flags).broken() == "");
}

TEST_CASE("a variant that is behind or ahead of its baseline breaks lock-step") {
    for (const Encoding encoding : {Encoding::arch, Encoding::flags}) {
        Rows rows(encoding);
        rows.row("x86_64_v3/os", "a-1-1.x86_64_v3.rpm").nevra.release = "0";
        CHECK(rows.broken() == "a is 1-0 in x86_64_v3/os and 1-1 in the baseline's.");
        rows.row("x86_64_v3/os", "a-1-1.x86_64_v3.rpm").nevra.release = "1";
        rows.row("x86_64_v3/os", "a-1-1.x86_64_v3.rpm").nevra.epoch = 1;
        CHECK(rows.broken() == "a is 1:1-1 in x86_64_v3/os and 1-1 in the baseline's.");
    }
}

TEST_CASE("a name that only a variant has breaks lock-step") {
    Rows rows(Encoding::flags);
    rows.row("x86_64_v3/os", "a-1-1.x86_64_v3.rpm").nevra.name = "z";
    CHECK(rows.broken() == "z is in x86_64_v3/os and not in the baseline's.");
}

TEST_CASE("a variant of encoding arch is complete, one of flags has nothing of the baseline's") {
    Rows arch;
    arch.erase("x86_64_v3/os", "c-1-1.x86_64.rpm");
    CHECK(arch.broken() == "c is not in the repo of x86_64_v3, which must be complete.");
    Rows flags(Encoding::flags);
    ComposePackage copy = flags.row("x86_64/os", "c-doc-1-1.noarch.rpm");
    copy.repo = "x86_64_v3/os";
    flags.rows.push_back(copy);
    CHECK(flags.broken() ==
          "c-doc-1-1.noarch.rpm of x86_64_v3/os is neither of its level nor the baseline's.");
}

TEST_CASE("noarch packages are the baseline's in every repo") {
    Rows rows;
    rows.row("x86_64_v3/os", "a-doc-1-1.noarch.rpm").digest.hex = std::string(64, 'f');
    CHECK(rows.broken() ==
          "a-doc-1-1.noarch.rpm of x86_64_v3/os is neither of its level nor the baseline's.");
}

TEST_CASE("all packages of a source are of one build, and a variant has all or none of them") {
    Rows mixed;
    mixed.row("x86_64/os", "a-doc-1-1.noarch.rpm").build = BuildId{9};
    CHECK(mixed.broken() == "The packages of 'a' in x86_64/os are of different builds.");
    Rows level;
    level.row("x86_64_v3/debug", "a-debuginfo-1-1.x86_64_v3.rpm").build = BuildId{9};
    CHECK(level.broken().starts_with("The packages of 'a' in x86_64_v3/"));
    Rows half;
    for (ComposePackage& row : half.rows) {
        if (row.source == "b") row.source = "a";  // a has two packages now, and so has its level
    }
    CHECK(half.broken() == "");
    half.erase("x86_64_v3/os", "b-1-1.x86_64_v3.rpm");
    CHECK(half.broken() == "x86_64_v3 has some packages of 'a' and lacks others.");
}

TEST_CASE("an ABI group that is at a level in part breaks its rule") {
    Rows rows;
    rows.release.compose.abi_groups = {{"eigen", {"a", "b"}}};
    CHECK(rows.broken() == "");
    rows.release.compose.abi_groups = {{"eigen", {"a", "c", "not there"}}};
    CHECK(rows.broken() == "Of the ABI group 'eigen' x86_64_v3 has 'a' and not 'c'.");
}

TEST_CASE("a name is once in the baseline's repo") {
    Rows rows;
    ComposePackage more = rows.row("x86_64/os", "a-1-1.x86_64.rpm");
    more.filename = "a-1-2.x86_64.rpm";
    more.source = "other";
    rows.rows.push_back(more);
    CHECK(rows.broken() == "a is twice in x86_64/os: from source packages 'a' and 'other'.");
}

}  // namespace terrace::core::testing
