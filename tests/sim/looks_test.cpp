// The looks of comparisons while everything breaks: what is lost is measured again, and the verdict
// is the same.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "scheduler/core/sim_mark.hpp"
#include "tests/sim/world.hpp"

namespace terrace::sim {
namespace {

std::set<std::string> g_marks;
void remember_mark(const char* mark) {
    g_marks.insert(mark);
}

using Found = std::pair<Verdict, std::vector<BenchmarkResult>>;

/// What was measured, by package; not what could not be.
std::map<std::string, Found> found_in(const World& world) {
    std::map<std::string, Found> found;
    for (const auto& [id, row] : world.state().comparisons) {
        if (row.kind == core::ComparisonKind::ab && row.p && !row.results.empty())
            found[world.state().source_packages.at(row.source_package).name] = {*row.verdict,
                                                                                row.results};
    }
    return found;
}

void submit(World& world) {
    core::ImportPackageSet import;
    import.release = "sim-1";
    for (const char* name : {"package-1", "package-2", "package-4"}) {
        core::SourcePackage package;
        package.name = name;
        package.version = "1";
        package.release = "1";
        package.srpm_name = package.name + "-1-1.src.rpm";
        package.srpm_digest.hex = std::string(63, 'b') + package.name.back();
        package.srpm_size = 1;
        import.packages.push_back(package);
    }
    world.must_send(import);
    core::AddSeed add_seed{"sim-1", {}, {{"sim", "file:///sim", {}}}};
    add_seed.id.hex = std::string(64, 'd');
    world.must_send(add_seed);
    core::SubmitRebuild all;
    all.release = "sim-1";
    world.must_send(all);
}

void run_to_end(World& world) {
    for (int i = 0; !world.all_rebuilds_ended(); ++i) {
        REQUIRE(i < 5000);
        world.step();
    }
}

}  // namespace

TEST_CASE("whatever breaks between looks, the same is found as where nothing breaks") {
    core::sim_mark_hook = remember_mark;
    World quiet(1, sim_config(), {"w"});
    submit(quiet);
    run_to_end(quiet);
    const std::map<std::string, Found> expected = found_in(quiet);
    REQUIRE(expected.size() == 3);
    CHECK(expected.at("package-1").first == Verdict::equivalent);
    CHECK(expected.at("package-2").first == Verdict::promote);
    CHECK(expected.at("package-4").first == Verdict::promote);
    CHECK(expected.at("package-4").second.front().pairs >
          expected.at("package-2").second.front().pairs);

    const char* text = std::getenv("TERRACE_SIM_SEEDS");
    const std::uint64_t seeds = text ? std::strtoull(text, nullptr, 10) : 300;
    std::map<std::string, int> compared;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        World world(seed);
        submit(world);
        for (int i = 0; i < 300 && !world.all_rebuilds_ended(); ++i) world.step();
        world.stop_faults();
        run_to_end(world);
        for (const auto& [package, found] : found_in(world)) {
            CAPTURE(package);
            CHECK(found == expected.at(package));
            ++compared[package];
        }
    }
    if (seeds < 100) return;
    for (const auto& [package, found] : expected) CHECK(compared[package] > 20);
    for (const std::string mark :
         {"late look refused", "look told twice", "more pairs", "comparison lost between looks"}) {
        CAPTURE(mark);
        CHECK(g_marks.contains(mark));  // a path that no seed visits is not tested
    }
}

}  // namespace terrace::sim
