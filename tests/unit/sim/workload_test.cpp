#include "tests/sim/app/workload.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "common/os/files.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/tsv_table.hpp"

namespace terrace::sim {
namespace {

using namespace std::chrono_literals;

const std::string kColumns =
    "name\tmain_arch\texclusivearch\texcludearch\tbr_resolved\tbuild_s_est\tmem_mb_est\n";

Workload read_small() {
    const os::TemporaryDirectory directory;
    os::write_file_atomically(directory.path() / "sources.tsv",
                              kColumns +
                                  "tool\tarch\t\t\tlibz-devel|docs|unknown\t10\t100\n"
                                  "libz\tarch\t\t\ttool-bin\t20\t200\n"
                                  "docs\tnoarch\t\t\t\t5\t50\n"
                                  "user\tarch\t\t\tlibz-devel|docs|user-lib\t40\t400\n"
                                  "user\tarch\t\t\tdocs\t99\t400\n"
                                  "cut\tarch\t\t\t40\n"
                                  "s390-tools\tarch\ts390x\t\t\t7\t70\n"
                                  "not-here\tarch\t\tx86_64 i686\t\t7\t70\n");
    os::write_file_atomically(directory.path() / "binaries.tsv",
                              "binary\tsource\n"
                              "libz-devel\tlibz\ndocs\tdocs\ntool-bin\ttool\nuser-lib\tuser\n");
    return read_workload(directory.path());
}

Campaign replay_of(const std::string& rows) {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "history.tsv";
    os::write_file_atomically(
        path, "submitted_s\tsource\tvariant\trun_level\tseconds\tmemory_mb\tclass\n" + rows);
    return read_replay(path);
}

}  // namespace

TEST_CASE("a release's sources are sorted, with the sources that their BuildRequires come from") {
    const Workload workload = read_small();
    REQUIRE(workload.sources.size() == 4);
    CHECK(workload.sources[0] == Source{"docs", true, 5, 50, {}});
    CHECK(workload.sources[1] == Source{"libz", false, 20, 200, {2}});
    CHECK(workload.sources[2] == Source{"tool", false, 10, 100, {0, 1}});
    CHECK(workload.sources[3] == Source{"user", false, 40, 400, {0, 1}});
    CHECK(count_dependents(workload) == std::vector{2, 2, 1, 0});
}

TEST_CASE("the distribution that is shipped can be read") {
    const Workload workload = read_workload("tests/data/fedora-rawhide");
    CHECK(workload.sources.size() > 23'000);
    const auto gcc = std::ranges::find(workload.sources, "gcc", &Source::name);
    REQUIRE(gcc != workload.sources.end());
    CHECK(gcc->needs.size() > 5);
    CHECK(gcc->estimate_s > 3600);
}

TEST_CASE("needs inside a cycle order nothing") {
    const std::vector<std::vector<int>> needs = needs_without_cycles(read_small());
    CHECK(needs[1].empty());  // libz <-> tool
    CHECK(needs[2] == std::vector{0});
    CHECK(needs[3] == std::vector{0, 1});
}

TEST_CASE("a sample keeps the needs between what is left") {
    const Workload workload = read_small();
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
        const Workload less = sample(workload, 3, seed);
        REQUIRE(less.sources.size() == 3);
        for (const Source& source : less.sources) {
            for (const int need : source.needs) CHECK((need >= 0 && need < 3));
        }
    }
    CHECK(sample(workload, 100, 1).sources == workload.sources);
}

TEST_CASE("each source is built for both variants, noarch once, and needs its own variant") {
    CampaignPlan plan;
    plan.mode = Mode::ordered;
    const Campaign campaign = plan_campaign(read_small(), plan);
    REQUIRE(campaign.builds.size() == 7);
    CHECK(campaign.builds[0].source == "docs");
    CHECK(campaign.builds[5].source == "user");
    CHECK(campaign.builds[5].needs == std::vector{0, 1});
    CHECK(campaign.builds[6].variant == "x86_64_v3");
    CHECK(campaign.builds[6].needs == std::vector{0, 2});
    CHECK(campaign.builds[6].estimate == 40s);
    CHECK(campaign.builds[6].true_time != campaign.builds[5].true_time);
    CHECK(campaign.builds[6].dependents == 0);
}

TEST_CASE("true times do not depend on what else is built") {
    CampaignPlan plan;
    const Campaign all = plan_campaign(read_small(), plan);
    const Workload less = sample(read_small(), 2, 3);
    const Campaign some = plan_campaign(less, plan);
    for (const SimBuild& build : some.builds) {
        for (const SimBuild& same : all.builds) {
            if (same.source == build.source && same.variant == build.variant)
                CHECK(same.true_time == build.true_time);
        }
    }
}

TEST_CASE("a history is replayed by its arrival times, and estimated from the other records") {
    const Campaign campaign = replay_of(
        "100\tgcc\tx86_64\tx86_64\t30\t100\tnormal\n"
        "0\tgcc\tx86_64\tx86_64\t10\t100\tnormal\n"
        "0\tzlib\tx86_64\tx86_64\t2\t100\tnormal\n"
        "0\tgcc\tx86_64_v3\tx86_64_v3\t20\t100\tnormal\n");
    REQUIRE(campaign.rebuilds.size() == 3);
    CHECK(campaign.rebuilds[0].builds == std::vector{1, 2});
    CHECK(campaign.rebuilds[2].submitted == 100s);
    CHECK(campaign.builds[0].true_time == 30s);
    CHECK(campaign.builds[0].estimate == 15s);      // of 10 and 20
    CHECK(campaign.builds[2].estimate == 15500ms);  // nothing else of zlib is known
}

TEST_CASE("a history that makes no sense is refused with its line") {
    const auto error_of = [](const std::string& rows) -> std::string {
        try {
            (void)replay_of(rows);
        } catch (const InputError& e) {
            return e.what();
        }
        return "no error";
    };
    const std::string good = "0\tgcc\tx86_64\tx86_64\t30\t100\tnormal\n";
    CHECK(error_of(good + "0\tb\tx86_64\tx86_64\tlong\t100\tnormal\n").find("history.tsv:3:") !=
          std::string::npos);
    CHECK(error_of(good + "0\tb\tx86_64\tv1\t3\t100\tnormal\n").find("run_level") !=
          std::string::npos);
    CHECK(error_of(good + "0\tb\tx86_64\tx86_64_v2\t3\t100\tnormal\n").find("another run level") !=
          std::string::npos);
    CHECK(error_of(good + good).find("submitted twice") != std::string::npos);
    CHECK(error_of(good + "0\tb\n").find("2 cells") != std::string::npos);
    CHECK(error_of("").find("no build") != std::string::npos);
}

}  // namespace terrace::sim
