#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

SubmitRebuild ordered() {
    SubmitRebuild submit;
    submit.release = "mini-1";
    submit.mode = Mode::ordered;
    return submit;
}

/// Takes every lease that there is, reports success, and says what was built in which order.
std::vector<std::string> build_all(TestFarm& farm,
                                   WorkerId worker,
                                   const std::string& failing = "") {
    std::vector<std::string> built;
    while (const auto lease = farm.lease(worker)) {
        REQUIRE(lease->build);
        built.push_back(lease->build->package + "/" + lease->build->target_arch);
        AttemptReport report = an_ok_report(*lease, 'a');
        if (lease->build->package == failing) {
            report = {};
            report.outcome = Outcome::build_failed;
        }
        REQUIRE(farm.report(*lease, report).has_value());
    }
    return built;
}

std::size_t at(const std::vector<std::string>& built, const std::string& what) {
    const auto found = std::ranges::find(built, what);
    REQUIRE(found != built.end());
    return static_cast<std::size_t>(found - built.begin());
}

}  // namespace

TEST_CASE(
    "an ordered rebuild starts what needs nothing, and the rest when all it needs has ended") {
    TestFarm farm({a_package("app"), a_package("lib"), a_package("tool")});
    farm.resolve({{"app", {"lib", "tool"}}, {"tool", {"lib"}}});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(ordered());
    CHECK(farm.build("lib", "x86_64").state == BuildState::ready);
    CHECK(farm.build("app", "x86_64").state == BuildState::blocked);
    const auto built = build_all(farm, worker);
    REQUIRE(built.size() == 6);
    CHECK(at(built, "lib/x86_64_v3") < at(built, "tool/x86_64"));
    CHECK(at(built, "tool/x86_64_v3") < at(built, "app/x86_64"));
    CHECK(farm.build("app", "x86_64").from_seed.empty());
}

TEST_CASE(
    "a build gets what its dependencies made for its variant, or for the baseline if noarch") {
    SourcePackage data = a_package("data");
    data.noarch = true;
    TestFarm farm({a_package("app"), data, a_package("lib")});
    farm.resolve({{"app", {"lib", "data"}}});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(ordered());
    std::map<std::string, std::vector<RpmFile>> given;
    while (const auto lease = farm.lease(worker)) {
        given[lease->build->package + "/" + lease->build->target_arch] =
            lease->build->buildroot_rpms;
        REQUIRE(farm.report(*lease, an_ok_report(*lease, 'a')).has_value());
    }
    CHECK(given.at("lib/x86_64").empty());
    REQUIRE(given.at("app/x86_64_v3").size() == 2);
    CHECK(given.at("app/x86_64_v3")[0].nevra.name == "data");
    CHECK(given.at("app/x86_64_v3")[0].nevra.arch == "x86_64");
    CHECK(given.at("app/x86_64_v3")[1].nevra.arch == "x86_64_v3");
}

TEST_CASE("packages in a cycle do not wait for each other, and say what came from the seed") {
    TestFarm farm({a_package("chicken"), a_package("egg"), a_package("soup")});
    farm.resolve({{"chicken", {"egg"}}, {"egg", {"chicken"}}, {"soup", {"chicken"}}});
    farm.get<MadeRebuild>(ordered());
    CHECK(farm.build("chicken", "x86_64").state == BuildState::ready);
    CHECK(farm.build("egg", "x86_64").state == BuildState::ready);
    CHECK(farm.build("egg", "x86_64").from_seed == std::vector<std::string>{"chicken"});
    CHECK(farm.build("soup", "x86_64").state == BuildState::blocked);
}

TEST_CASE(
    "a failed dependency is replaced by the seed's, or fails what needs it, as the release says") {
    for (const auto on_failed : {OnFailedDependency::seed, OnFailedDependency::fail}) {
        CAPTURE(name_of(on_failed));
        FarmConfig config = a_config();
        config.releases.at("mini-1").on_failed_dependency = on_failed;
        TestFarm farm({a_package("app"), a_package("lib"), a_package("top")}, config);
        farm.resolve({{"app", {"lib"}}, {"top", {"app"}}});
        const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
        const RebuildId rebuild = farm.get<MadeRebuild>(ordered()).id;
        const auto built = build_all(farm, worker, "lib");
        CHECK(farm.state().rebuilds.at(rebuild).state != RebuildState::running);
        const Build& app = farm.build("app", "x86_64");
        if (on_failed == OnFailedDependency::seed) {
            CHECK(built.size() == 6);
            CHECK(app.state == BuildState::succeeded);
            CHECK(app.from_seed == std::vector<std::string>{"lib"});
            CHECK(farm.build("top", "x86_64").from_seed.empty());
        } else {
            CHECK(built.size() == 2);
            CHECK(app.state == BuildState::failed);
            CHECK(app.evidence.find("'lib'") != std::string::npos);
            CHECK(farm.build("top", "x86_64").state == BuildState::failed);
        }
    }
}

TEST_CASE("an ordered rebuild that is repeated reuses everything") {
    TestFarm farm({a_package("app"), a_package("lib")});
    farm.resolve({{"app", {"lib"}}});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(ordered());
    CHECK(build_all(farm, worker).size() == 4);
    const RebuildId again = farm.get<MadeRebuild>(ordered()).id;
    CHECK(build_all(farm, worker).empty());
    for (const auto& [id, build] : farm.state().builds) {
        if (build.rebuild == again) CHECK(build.reused_from.has_value());
    }
}

TEST_CASE("a dependency that was built anew gives its dependents another identity") {
    TestFarm farm({a_package("app"), a_package("lib")});
    farm.resolve({{"app", {"lib"}}});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    SubmitRebuild flat;
    flat.release = "mini-1";
    farm.get<MadeRebuild>(flat);
    CHECK(build_all(farm, worker).size() == 4);
    farm.get<MadeRebuild>(ordered());
    // lib needs nothing, so it is what the flat one made; app now sees that lib.
    CHECK(build_all(farm, worker) == std::vector<std::string>{"app/x86_64_v3", "app/x86_64"});
}

TEST_CASE("a second pass follows a flat rebuild over what took code in, and sees the first pass") {
    TestFarm farm({a_package("app"), a_package("lib"), a_package("tool")});
    farm.resolve({{"app", {"=lib", "tool"}}, {"tool", {"lib"}}});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    SubmitRebuild flat;
    flat.release = "mini-1";
    const RebuildId first = farm.get<MadeRebuild>(flat).id;
    build_all(farm, worker);
    const auto compose = std::get<RunCompose>(farm.farm().effects(farm.now).front()).compose.id;
    REQUIRE(farm.apply(ComposeEnded{compose, ""}).has_value());
    const SecondPass chosen = farm.get<SecondPass>(SelectSecondPass{first});
    REQUIRE(chosen.packages.size() == 1);
    CHECK(chosen.packages[0].package == "app");
    CHECK(chosen.packages[0].reasons == std::vector<std::string>{"lib: links its static library"});
    SubmitRebuild second;
    second.second_pass_of = first;
    const RebuildId pass = farm.get<MadeRebuild>(second).id;
    CHECK(farm.state().rebuilds.at(pass).mode == Mode::ordered);
    const auto lease = farm.lease(worker);
    REQUIRE(lease);
    CHECK(lease->build->package == "app");
    CHECK(lease->build->buildroot_rpms.size() == 2);  // lib's and tool's, of the first pass
}

TEST_CASE("an ordered rebuild before the dependencies are resolved says so, and why they are not") {
    TestFarm farm({a_package("app")});
    farm.get<Done>(AddSeed{"mini-1", Digest{std::string(64, 'e')}, {{"mini", "file:///m", {}}}});
    farm.now += std::chrono::seconds(1);
    farm.get<Done>(AddSeed{"mini-1", Digest{std::string(64, 'f')}, {{"mini", "file:///m", {}}}});
    CHECK(farm.apply(ordered()).error().code == Errc::unavailable);
    const auto effects = farm.farm().effects(farm.now);
    REQUIRE(effects.size() == 1);
    const auto order = std::get<ResolveDependencies>(effects.front());
    CHECK(farm.farm().packages_of(order.package_set).size() == 1);
    farm.get<Done>(DependenciesResolved{order.package_set, order.seed.id, {}, "the repo is away"});
    CHECK(farm.farm().effects(farm.now).empty());
    CHECK(farm.apply(ordered()).error().message.find("the repo is away") != std::string::npos);
    CHECK(farm.farm().effects(farm.now + std::chrono::minutes(5)).size() == 1);
}

TEST_CASE("an ordered rebuild goes on after a restart where it was") {
    TestFarm farm({a_package("app"), a_package("lib"), a_package("top")});
    farm.resolve({{"app", {"lib"}}, {"top", {"app"}}});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(ordered());
    for (int i = 0; i < 3; ++i) {
        const auto lease = farm.lease(worker);
        REQUIRE(lease);
        REQUIRE(farm.report(*lease, an_ok_report(*lease, 'a')).has_value());
    }
    farm.restart();
    CHECK(farm.build("top", "x86_64").state == BuildState::blocked);
    CHECK(build_all(farm, worker).size() == 3);
    CHECK(farm.build("top", "x86_64_v3").state == BuildState::succeeded);
}

}  // namespace terrace::core::testing
