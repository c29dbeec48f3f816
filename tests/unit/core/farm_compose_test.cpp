#include <doctest/doctest.h>

#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

SubmitRebuild everything() {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return submit;
}

/// Builds and measures all of a new package set of "fast"; its variant has the baseline's code
/// unless it is `promoted`.
void rebuild(TestFarm& farm, WorkerId worker, const std::string& version, bool promoted) {
    SourcePackage package = a_package("fast");
    package.version = version;
    package.srpm_digest.hex.replace(0, 1, version);
    farm.get<MadePackageSet>(ImportPackageSet{"mini-1", {package}});
    farm.get<MadeRebuild>(everything());
    while (const auto lease = farm.lease(worker)) {
        const bool v3 = lease->build && lease->build->target_arch == "x86_64_v3";
        REQUIRE(farm.report(*lease, an_ok_report(*lease, v3 && promoted ? 'f' : 'a')).has_value());
    }
}

/// The composes that are under way; dependencies are none of this test.
std::vector<RunCompose> runs_of(TestFarm& farm) {
    std::vector<RunCompose> runs;
    for (const Effect& effect : farm.farm().effects(farm.now)) {
        if (const auto* run = std::get_if<RunCompose>(&effect)) runs.push_back(*run);
    }
    return runs;
}

RunCompose run_of(TestFarm& farm) {
    const auto runs = runs_of(farm);
    REQUIRE(runs.size() == 1);
    return runs.front();
}

const Compose& newest_compose(const TestFarm& farm) {
    return farm.state().composes.rbegin()->second;
}

FarmConfig config_with(AllowStall allow) {
    FarmConfig config = a_config();
    config.releases.at("mini-1").compose.allow_stall = allow;
    return config;
}

}  // namespace

TEST_CASE("a compose is run with the clients that must be able to follow it") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    rebuild(farm, worker, "1", true);
    CHECK(run_of(farm).clients.earlier.empty());
    CHECK(run_of(farm).clients.variants.size() == 2);
    REQUIRE(run_of(farm).clients.platform.size() == 1);
    CHECK(run_of(farm).clients.platform.front().url == "file:///mini");
    farm.get<Done>(ComposeEnded{newest_compose(farm).id, ""});
    rebuild(farm, worker, "2", true);
    CHECK((run_of(farm).clients.earlier == std::vector{ComposeId{1}}));
    farm.get<Done>(ComposeEnded{newest_compose(farm).id, ""});
    rebuild(farm, worker, "3", true);
    CHECK((run_of(farm).clients.earlier == std::vector{ComposeId{1}, ComposeId{2}}));
}

TEST_CASE("a release that is complete in itself has no platform") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").compose.platform = Platform::none;
    TestFarm farm({a_package("fast")}, config);
    rebuild(farm, farm.add_worker("w", Level::x86_64_v4, "host"), "1", true);
    CHECK(run_of(farm).clients.platform.empty());
}

TEST_CASE("a level that is lost fails the compose, and the next rebuild goes on from the old one") {
    TestFarm farm({a_package("fast")}, config_with(AllowStall::never));
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    rebuild(farm, worker, "1", true);
    farm.get<Done>(ComposeEnded{newest_compose(farm).id, ""});
    rebuild(farm, worker, "2", false);
    CHECK(newest_compose(farm).state == ComposeState::failed);
    CHECK(newest_compose(farm).error.find("fast.x86_64_v3") != std::string::npos);
    CHECK(farm.state().rebuilds.rbegin()->second.state == RebuildState::failed);
    CHECK(runs_of(farm).empty());
    rebuild(farm, worker, "3", true);
    CHECK(run_of(farm).compose.base == ComposeId{1});
}

TEST_CASE("a level that may be lost is listed with its compose and those after it") {
    TestFarm farm({a_package("fast")}, config_with(AllowStall::distro_sync));
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const std::vector<std::string> lost = {"fast.x86_64_v3"};
    rebuild(farm, worker, "1", true);
    farm.get<Done>(ComposeEnded{newest_compose(farm).id, ""});
    rebuild(farm, worker, "2", false);
    CHECK(run_of(farm).compose.stalled == lost);
    farm.get<Done>(ComposeEnded{newest_compose(farm).id, ""});
    farm.restart();
    rebuild(farm, worker, "3", false);
    CHECK(run_of(farm).compose.stalled == lost);
    farm.get<Done>(ComposeEnded{newest_compose(farm).id, ""});
    rebuild(farm, worker, "4", true);
    CHECK(run_of(farm).compose.stalled.empty());
}

}  // namespace terrace::core::testing
