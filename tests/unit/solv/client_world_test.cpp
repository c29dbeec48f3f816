#include "common/solv/client_world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::solv;
using testing::MadeUp;

namespace {

constexpr Client kStock{Level::x86_64, false};

ClientRepo repo_of(const std::vector<MadeUp>& packages, const std::string& name = "r") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path primary = directory.path() / "primary.xml";
    os::write_file_atomically(primary, testing::primary_xml(packages));
    return read_client_repo(name, primary).value();
}

Names names_in(const ClientRepo& repo) {
    Names names;
    for (const auto& [name, versions] : versions_of(repo)) names.insert(name);
    return names;
}

/// app needs libs, which needs base, which has a file; tool needs that file; other needs nothing.
const std::vector<MadeUp> kDistribution = {
    {.name = "app", .required = {"libs.so.1", "(tool if app)"}},
    {.name = "libs", .required = {"base >= 1"}, .provided = {"libs.so.1"}},
    {.name = "base", .files = {"/usr/bin/base"}},
    {.name = "tool", .required = {"/usr/bin/base"}},
    {.name = "enemy", .conflicting = {"libs"}},
    {.name = "other"},
    {.name = "base", .version = "2", .arch = "noarch"}};

}  // namespace

TEST_CASE("what needs a change in any depth is affected by it, and what conflicts with it") {
    const std::vector<ClientRepo> repos = {repo_of(kDistribution)};
    ClientWorld world(kStock, repos);
    CHECK(world.affected_by({"base"}) == Names{"app", "base", "libs", "tool"});
    CHECK(world.affected_by({"libs"}) == Names{"app", "enemy", "libs"});
    CHECK(world.affected_by({"other"}) == Names{"other"});
    CHECK(world.affected_by({"gone"}) == Names{"gone"});
    CHECK(world.affected_by({}).empty());
}

TEST_CASE("what a package may need in any depth is in its reach") {
    const std::vector<ClientRepo> repos = {repo_of(kDistribution)};
    ClientWorld world(kStock, repos);
    CHECK(world.reach_of({"tool"}) == Names{"base", "tool"});
    CHECK(world.reach_of({"app"}) == Names{"app", "base", "libs", "tool"});
    CHECK(world.reach_of({"other"}) == Names{"other"});
}

TEST_CASE("what may replace a package is in its reach") {
    const MadeUp successor{.name = "successor", .required = {"base"}, .obsoleted = {"other"}};
    std::vector<MadeUp> packages = kDistribution;
    packages.push_back(successor);
    const std::vector<ClientRepo> repos = {repo_of(packages)};
    ClientWorld world(kStock, repos);
    CHECK(world.reach_of({"other"}) == Names{"base", "other", "successor"});
}

TEST_CASE("a narrowed world has every version of what is in reach, and gives the same answers") {
    const MadeUp level{
        .name = "libs", .required = {"base"}, .provided = {"libs.so.1"}, .arch = "x86_64_v3"};
    const std::vector<ClientRepo> repos = {repo_of(kDistribution, "one"), repo_of({level}, "two"),
                                           repo_of({}, "empty")};
    const Client aware{Level::x86_64_v3, true};
    ClientWorld world(aware, repos);
    const Names reach = world.reach_of({"app"});
    const std::vector<ClientRepo> narrowed = std::move(world).narrowed_to(reach);
    REQUIRE(narrowed.size() == 3);
    CHECK(narrowed[0].name == "one");
    CHECK(names_in(narrowed[0]) == reach);
    CHECK(versions_of(narrowed[0]).at("base").size() == 2);
    CHECK(names_in(narrowed[1]) == Names{"libs"});
    CHECK(names_in(narrowed[2]).empty());
    const std::vector<std::string> wish = {"app", "tool"};
    Machine wide(aware);
    Machine narrow(aware);
    CHECK(wide.run(Errand::install, repos, wish).empty());
    CHECK(narrow.run(Errand::install, narrowed, wish).empty());
    CHECK((narrow.packages() == wide.packages()));
    CHECK(narrow.packages().size() == 4);
}

TEST_CASE("as many packages are installed as go together") {
    const std::vector<ClientRepo> repos = {
        repo_of({{.name = "one"},
                 {.name = "other", .conflicting = {"one"}},
                 {.name = "broken", .required = {"nobody-has-this"}},
                 {.name = "third"}})};
    Machine machine(kStock);
    const std::vector<std::string> names = {"one", "other", "broken", "third", "not there"};
    machine.install_what_goes(repos, names);
    REQUIRE(machine.packages().size() == 2);
    CHECK(machine.packages().back().name == "third");
    CHECK(machine.packages().front().name.starts_with("o"));
}
