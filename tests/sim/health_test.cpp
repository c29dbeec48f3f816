// Workers that fail what they are given: found soon, for little, and never the healthy ones.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "tests/sim/world.hpp"

namespace terrace::sim {
namespace {

constexpr int kPackages = 28;
constexpr std::size_t kBad = 0;
/// 5 incidents of 2 slots or 10 packages, what ran beside them, and what it gets until another
/// worker ends its first attempt well.
constexpr int kAttemptsToFind = 25;
constexpr Duration kProbeDelayMax = std::chrono::minutes(4);
/// In twenty minutes of quarantine: after 1, 2 and 4 minutes, then every 4.
constexpr Duration kQuarantine = std::chrono::minutes(20);
constexpr int kProbes = 6;

std::uint64_t seeds() {
    const char* text = std::getenv("TERRACE_SIM_SEEDS");
    return text ? std::strtoull(text, nullptr, 10) : 40;
}

/// Anew each time, so that nothing is reused. One in `broken_every` fails everywhere.
core::ImportPackageSet package_set(int round, int broken_every) {
    core::ImportPackageSet import;
    import.release = "sim-1";
    for (int i = 1; i <= kPackages; ++i) {
        core::SourcePackage package;
        package.name = (i % broken_every == 0 ? "broken-" : "fine-") + std::to_string(i);
        package.version = std::to_string(round);
        package.release = "1";
        package.srpm_name = package.name + "-1-1.src.rpm";
        const std::string digits = std::to_string(1000 * round + i);
        package.srpm_digest.hex = std::string(64 - digits.size(), 'b') + digits;
        package.srpm_size = 1;
        import.packages.push_back(package);
    }
    return import;
}

/// One worker is bad, three are well, and there is always something to build.
struct Play {
    World world;
    int broken_every;
    int round = 0;
    WorkerId bad;

    Play(std::uint64_t seed, int every)
        : world(seed, config(), {"bad", "well-1", "well-2", "well-3"}), broken_every(every) {
        core::AddSeed add_seed{"sim-1", {}, {{"sim", "file:///sim", {}}}};
        add_seed.id.hex = std::string(64, 'd');
        world.must_send(add_seed);
    }

    static core::FarmConfig config() {
        core::FarmConfig config = sim_config();
        config.benchmarks.clear();
        config.health.probe_delay_min = std::chrono::minutes(1);
        config.health.probe_delay_max = kProbeDelayMax;
        return config;
    }

    void step() {
        if (world.all_rebuilds_ended()) {
            world.must_send(package_set(++round, broken_every));
            core::SubmitRebuild submit;
            submit.release = "sim-1";
            world.must_send(submit);
        }
        world.step();
        for (const auto& [id, worker] : world.state().workers) {
            if (worker.name == "bad") bad = id;
        }
    }

    core::WorkerHealth health() const {
        const auto found = world.state().worker_health.find(bad);
        return found == world.state().worker_health.end() ? core::WorkerHealth{} : found->second;
    }

    void check_the_others() const {
        for (const auto& [id, health] : world.state().worker_health) {
            if (id != bad) REQUIRE(health.admission == core::Admission::enabled);
        }
    }
};

/// Attempts that the worker was given, counted by their leases.
struct Leases {
    AttemptId last;
    int given = 0;
    void look(const core::Snapshot& state, WorkerId worker) {
        for (auto lease = state.leases.upper_bound(last); lease != state.leases.end(); ++lease) {
            given += lease->second.worker == worker ? 1 : 0;
            last = lease->first;
        }
    }
};

void find_and_repair(std::uint64_t seed, const SimRates& rates) {
    Play play(seed, 7);  // as in a bad mass rebuild
    Leases leases;
    play.world.worker(kBad).set_rates(rates);
    for (int i = 0; play.health().admission != core::Admission::quarantined; ++i) {
        REQUIRE(i < 2000);
        play.step();
        play.check_the_others();
        leases.look(play.world.state(), play.bad);
    }
    REQUIRE(leases.given <= kAttemptsToFind);
    REQUIRE(play.health().by_farm);

    const TimePoint later = play.world.now() + kQuarantine;
    while (play.world.now() < later) {
        play.step();
        play.check_the_others();
        leases.look(play.world.state(), play.bad);
    }
    REQUIRE(play.health().admission != core::Admission::enabled);
    REQUIRE(leases.given <= kAttemptsToFind + kProbes);
    for (const auto& [id, build] : play.world.state().builds) {
        const std::string& name = play.world.state().source_packages.at(build.source_package).name;
        // What it failed before it was suspected cannot be told from the packages' own fault.
        if (name.starts_with("fine") && rates.build_failed == 0)
            REQUIRE(build.state != core::BuildState::failed);
    }

    play.world.worker(kBad).set_rates({});
    const TimePoint repaired = play.world.now();
    while (play.health().admission != core::Admission::enabled) {
        REQUIRE(play.world.now() < repaired + 3 * kProbeDelayMax);
        play.step();
    }
    play.check_the_others();
}

}  // namespace

TEST_CASE("a worker that fails everything is found, costs little, and comes back when repaired") {
    for (std::uint64_t seed = 1; seed <= std::max<std::uint64_t>(1, seeds() / 10); ++seed) {
        CAPTURE(seed);
        find_and_repair(seed, {.infra = 100});
        find_and_repair(seed, {.build_failed = 100});
    }
}

TEST_CASE("no healthy worker is ever quarantined for what packages fail") {
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
        CAPTURE(seed);
        Play play(seed, 3);  // so many that runs of failures are common
        for (int i = 0; i < 150; ++i) {
            play.step();
            for (const auto& [id, health] : play.world.state().worker_health)
                REQUIRE(health.admission == core::Admission::enabled);
        }
    }
}

}  // namespace terrace::sim
