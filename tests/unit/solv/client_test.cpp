#include "common/solv/client.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::solv;
using testing::MadeUp;

namespace {

constexpr Client kStockV3{Level::x86_64_v3, false};
constexpr Client kAwareV3{Level::x86_64_v3, true};

MadeUp version(const std::string& version, const std::string& arch) {
    return {.name = "a", .version = version, .arch = arch};
}
const MadeUp kBase1 = version("1", "x86_64");
const MadeUp kBase2 = version("2", "x86_64");
const MadeUp kLevel1 = version("1", "x86_64_v3");
const MadeUp kLevel2 = version("2", "x86_64_v3");

/// What clients may find: each call is another moment of the same repositories.
class Mirror {
public:
    ClientRepo repo(const std::vector<MadeUp>& packages,
                    const std::string& name = "r",
                    int cost = 1000) {
        const std::filesystem::path primary =
            directory_.path() / (std::to_string(++last_) + ".xml");
        os::write_file_atomically(primary, testing::primary_xml(packages));
        ClientRepo repo = read_client_repo(name, primary).value();
        repo.cost = cost;
        return repo;
    }

private:
    os::TemporaryDirectory directory_;
    int last_ = 0;
};

/// "a-2-1.x86_64", all of them, or the first problem.
std::string after(Machine& machine,
                  Errand errand,
                  const std::vector<ClientRepo>& repos,
                  const std::vector<std::string>& names = {}) {
    const std::vector<std::string> problems = machine.run(errand, repos, names);
    if (!problems.empty()) return problems.front();
    std::string text;
    for (const OnMachine& package : machine.packages()) {
        text += (text.empty() ? "" : " ") + package.name + "-" + package.evr.version + "." +
                package.arch;
    }
    return text;
}

/// A machine that has the one package, and then does its errand among the others.
std::string from_to(const Client& client,
                    const MadeUp& installed,
                    Errand errand,
                    const std::vector<MadeUp>& offered) {
    Mirror mirror;
    Machine machine(client);
    after(machine, Errand::install, {mirror.repo({installed})}, {"a"});
    REQUIRE(machine.packages().size() == 1);
    return after(machine, errand, {mirror.repo(offered)});
}

std::string fresh(const Client& client, const std::vector<MadeUp>& offered) {
    Mirror mirror;
    Machine machine(client);
    return after(machine, Errand::install, {mirror.repo(offered)}, {"a"});
}

}  // namespace

TEST_CASE("a stock client never sees a level's architecture") {
    CHECK(fresh(kStockV3, {kBase1, kLevel1}) == "a-1.x86_64");
    CHECK(fresh(kStockV3, {kBase1, kLevel2}) == "a-1.x86_64");
    CHECK(from_to(kStockV3, kBase1, Errand::upgrade, {kBase2, kLevel2}) == "a-2.x86_64");
    CHECK(fresh(kStockV3, {kLevel1}) != "a-1.x86_64_v3");
}

TEST_CASE("no client gets more than its level") {
    const MadeUp v4 = version("1", "x86_64_v4");
    CHECK(fresh(kAwareV3, {kBase1, kLevel1, v4}) == "a-1.x86_64_v3");
    CHECK(fresh({Level::x86_64_v4, true}, {kBase1, kLevel1, v4}) == "a-1.x86_64_v4");
    CHECK(fresh({Level::x86_64, true}, {kBase1, kLevel1, v4}) == "a-1.x86_64");
}

// The cases of what libsolv's architecture classes do to a level-aware client, by experiment with
// libsolv 0.7.39 and the flags of dnf5; the repositories of a compose must avoid the bad ones. The
// numbers are those of the experiment. 4 is 3 with dnf5's request for single packages, and 13 and
// 14 are with an option that no dnf sets (allowarchchange).
TEST_CASE("what a level-aware client of one repository with both architectures does") {
    const auto upgraded = [](const MadeUp& from, const std::vector<MadeUp>& offered) {
        return from_to(kAwareV3, from, Errand::upgrade, offered);
    };
    SUBCASE("1: the same at both levels") {
        CHECK(fresh(kAwareV3, {kBase1, kLevel1}) == "a-1.x86_64_v3");
    }
    SUBCASE("2: a stale level hides what is newer") {
        CHECK(fresh(kAwareV3, {kBase2, kLevel1}) == "a-1.x86_64_v3");
    }
    SUBCASE("3: no update where the installed one is still there at both levels") {
        CHECK(upgraded(kBase1, {kBase1, kBase2, kLevel1, kLevel2}) == "a-1.x86_64");
    }
    SUBCASE("4: asked for by name, and for the best, that is an error") {
        Mirror mirror;
        Machine machine(kAwareV3, {.each_name_best = true});
        after(machine, Errand::install, {mirror.repo({kBase1})}, {"a"});
        const std::vector both_of_each = {mirror.repo({kBase1, kBase2, kLevel1, kLevel2})};
        CHECK_FALSE(machine.run(Errand::upgrade, both_of_each).empty());
        REQUIRE(machine.packages().size() == 1);
        CHECK(machine.packages().front().evr.version == "1");
        // As a compose has it, one EVR of a name, it goes on as the baseline.
        CHECK(after(machine, Errand::upgrade, {mirror.repo({kBase2, kLevel2})}) == "a-2.x86_64");
    }
    SUBCASE("5: with one version a name, the baseline goes on as the baseline") {
        CHECK(upgraded(kBase1, {kBase2, kLevel2}) == "a-2.x86_64");
    }
    SUBCASE("6: a level that lags hides an update") {
        CHECK(upgraded(kBase1, {kBase1, kBase2, kLevel1}) == "a-1.x86_64");
    }
    SUBCASE("7: so it does where the level is installed") {
        CHECK(upgraded(kLevel1, {kLevel1, kBase2}) == "a-1.x86_64_v3");
    }
    SUBCASE("8: what was withdrawn is never left by an upgrade") {
        CHECK(upgraded(kLevel1, {kBase2}) == "a-1.x86_64_v3");
    }
    SUBCASE("9: but by distro-sync") {
        CHECK(from_to(kAwareV3, kLevel1, Errand::distro_sync, {kBase2}) == "a-2.x86_64");
    }
    SUBCASE("10: distro-sync takes what is stale") {
        CHECK(from_to(kAwareV3, kBase1, Errand::distro_sync, {kBase2, kLevel1}) == "a-1.x86_64_v3");
    }
    SUBCASE("11: only the level is there") {
        CHECK(upgraded(kBase1, {kLevel1, kLevel2}) == "a-1.x86_64");
        CHECK(from_to(kAwareV3, kBase1, Errand::distro_sync, {kLevel1, kLevel2}) ==
              "a-2.x86_64_v3");
    }
    SUBCASE("12: both are installed and offered at their level") {
        CHECK(upgraded(kLevel1, {kLevel1, kLevel2, kBase1, kBase2}) == "a-2.x86_64_v3");
    }
    SUBCASE("13 and 14: who may change the architecture gets the level's, even if it is stale") {
        for (const auto& [offered, gets] :
             {std::pair{std::vector{kBase1, kBase2, kLevel1, kLevel2}, "a-2.x86_64_v3"},
              std::pair{std::vector{kBase1, kBase2, kLevel1}, "a-1.x86_64_v3"}}) {
            Mirror mirror;
            Machine machine(kAwareV3, {.may_change_arch = true});
            after(machine, Errand::install, {mirror.repo({kBase1})}, {"a"});
            CHECK(after(machine, Errand::upgrade, {mirror.repo(offered)}) == gets);
        }
    }
    SUBCASE("15: a dependency pulls the newer baseline") {
        const MadeUp app{.name = "app", .required = {"a = 2-1"}};
        Mirror mirror;
        Machine machine(kAwareV3);
        CHECK(after(machine, Errand::install, {mirror.repo({kBase2, kLevel1, app})}, {"app"}) ==
              "a-2.x86_64 app-1.x86_64");
    }
}

// With encoding `flags` all is x86_64, and the level's repository has the lower cost.
TEST_CASE("a sparse repository of a level, preferred by its cost, never holds a client back") {
    Mirror mirror;
    Machine machine(kStockV3);
    const auto both = [&](const std::vector<MadeUp>& base, const std::vector<MadeUp>& level) {
        return std::vector{mirror.repo(base, "base"), mirror.repo(level, "v3", 900)};
    };
    CHECK(after(machine, Errand::install, both({kBase1}, {kBase1}), {"a"}) == "a-1.x86_64");
    CHECK(machine.packages().front().repo == "v3");
    SUBCASE("the level lags") {
        CHECK(after(machine, Errand::upgrade, both({kBase2}, {kBase1})) == "a-2.x86_64");
        CHECK(machine.packages().front().repo == "base");
    }
    SUBCASE("the level is withdrawn") {
        CHECK(after(machine, Errand::upgrade, both({kBase2}, {})) == "a-2.x86_64");
    }
    SUBCASE("the level is as new") {
        CHECK(after(machine, Errand::upgrade, both({kBase2}, {kBase2})) == "a-2.x86_64");
        CHECK(machine.packages().front().repo == "v3");
    }
    SUBCASE("distro-sync while the level lags") {
        CHECK(after(machine, Errand::distro_sync, both({kBase2}, {kBase1})) == "a-2.x86_64");
    }
}

// The same cases, where the level's package has the baseline's architecture: no client is held back
// in any, and each gets the level's build where it is as new.
TEST_CASE("what a stock client of two repositories of one architecture does") {
    const auto one = [](const std::string& number) { return version(number, "x86_64"); };
    struct Case {
        int number;
        std::string from;  // the repository that "a-1" was installed from; empty: nothing is there
        Errand errand;
        std::vector<MadeUp> base;
        std::vector<MadeUp> level;
        std::string gets;
        UpgradeHabits habits = {};
    };
    constexpr UpgradeHabits kBest{.each_name_best = true};
    constexpr UpgradeHabits kChange{.may_change_arch = true};
    const std::vector<Case> cases = {
        {1, "", Errand::install, {one("1")}, {one("1")}, "1 level"},
        {2, "", Errand::install, {one("2")}, {one("1")}, "2 base"},
        {3, "base", Errand::upgrade, {one("1"), one("2")}, {one("1"), one("2")}, "2 level"},
        {4, "base", Errand::upgrade, {one("1"), one("2")}, {one("1"), one("2")}, "2 level", kBest},
        {5, "base", Errand::upgrade, {one("2")}, {one("2")}, "2 level"},
        {6, "base", Errand::upgrade, {one("1"), one("2")}, {one("1")}, "2 base"},
        {7, "level", Errand::upgrade, {one("2")}, {one("1")}, "2 base"},
        {8, "level", Errand::upgrade, {one("2")}, {}, "2 base"},
        {9, "level", Errand::distro_sync, {one("2")}, {}, "2 base"},
        {10, "base", Errand::distro_sync, {one("2")}, {one("1")}, "2 base"},
        {11, "base", Errand::upgrade, {}, {one("1"), one("2")}, "2 level"},
        {12, "level", Errand::upgrade, {one("1"), one("2")}, {one("1"), one("2")}, "2 level"},
        {13,
         "base",
         Errand::upgrade,
         {one("1"), one("2")},
         {one("1"), one("2")},
         "2 level",
         kChange},
        {14, "base", Errand::upgrade, {one("1"), one("2")}, {one("1")}, "2 base", kChange},
    };
    for (const Case& known : cases) {
        CAPTURE(known.number);
        Mirror mirror;
        Machine machine(kStockV3, known.habits);
        if (!known.from.empty()) {
            after(machine, Errand::install, {mirror.repo({one("1")}, known.from)}, {"a"});
            REQUIRE(machine.packages().size() == 1);
        }
        const std::vector<ClientRepo> repos = {mirror.repo(known.base, "base"),
                                               mirror.repo(known.level, "level", 900)};
        const std::vector<std::string> wish =
            known.from.empty() ? std::vector<std::string>{"a"} : std::vector<std::string>{};
        REQUIRE(machine.run(known.errand, repos, wish).empty());
        REQUIRE(machine.packages().size() == 1);
        const OnMachine& got = machine.packages().front();
        CHECK(got.evr.version + " " + got.repo == known.gets);
    }
    SUBCASE("15: a dependency pulls the newer baseline") {
        const MadeUp app{.name = "app", .required = {"a = 2-1"}};
        Mirror mirror;
        Machine machine(kStockV3);
        CHECK(after(machine, Errand::install,
                    {mirror.repo({kBase2, app}, "base"), mirror.repo({kBase1}, "level", 900)},
                    {"app"}) == "a-2.x86_64 app-1.x86_64");
    }
}

TEST_CASE("what cannot be done is told, and changes nothing") {
    Mirror mirror;
    Machine machine(kAwareV3);
    const std::vector<ClientRepo> first = {mirror.repo({kBase1})};
    CHECK(after(machine, Errand::install, first, {"a"}) == "a-1.x86_64");
    const MadeUp broken{.name = "b", .required = {"nothing-has-this"}};
    const std::string problem =
        after(machine, Errand::install, {mirror.repo({kBase1, broken})}, {"b"});
    CHECK(problem.find("nothing-has-this") != std::string::npos);
    CHECK(machine.packages().size() == 1);
    CHECK(read_client_repo("gone", "/nowhere/primary.xml").has_error());
}
