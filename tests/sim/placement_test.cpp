// Placement over random fleets and queues: what must hold whatever a farm is made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <vector>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "tests/sim/sim_random.hpp"

namespace terrace::sim {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

core::FarmConfig config_with(SimRandom& random, int packages) {
    core::ReleaseSpec release;
    release.name = "r";
    release.dist_suffix = "r";
    release.streams = {"testing"};
    for (const Level level : {Level::x86_64, Level::x86_64_v3}) {
        core::VariantSpec variant;
        variant.name = variant.target_arch = variant.mock_config = variant.digest = name_of(level);
        variant.target_level = variant.run_level = level;
        release.variants.push_back(variant);
    }
    core::FarmConfig config;
    for (int i = 0; i < packages; ++i) {
        core::PackageRule& rule = release.packages["p" + std::to_string(i)];
        rule.cores = 1 + random.below(8);
        rule.memory_bytes = (1 + random.below(12)) * kGiB;
        rule.expensive = random.percent(5);
    }
    // In half of the farms something is reserved now and then; the other half has simpler rules.
    config.placement.reserve_after = std::chrono::hours(random.percent(50) ? 1 : 10'000);
    config.placement.slot_waits = std::chrono::hours(10'000);  // as long as its poll is open
    config.releases["r"] = std::move(release);
    return config;
}

/// A farm, its workers and what they run, under a virtual clock. Every slot that is free asks
/// whenever there is news, in random order, as long polls do.
class Yard {
public:
    explicit Yard(std::uint64_t seed)
        : random_(seed),
          packages_(1 + random_.below(12)),
          config_(config_with(random_, packages_)),
          farm_(config_, {}) {
        const int workers = 1 + random_.below(6);
        for (int i = 0; i < workers; ++i) add_worker(i);
        core::ImportPackageSet import{"r", {}};
        for (int i = 0; i < packages_; ++i) {
            core::SourcePackage package;
            package.name = "p" + std::to_string(i);
            package.version = package.release = "1";
            package.srpm_name = package.name + "-1-1.src.rpm";
            package.srpm_digest.hex = std::string(62, '0') + std::to_string(10 + i);
            package.srpm_size = 1;
            package.noarch = random_.percent(30);
            import.packages.push_back(package);
        }
        must(import);
        must(core::AddSeed{"r", Digest{std::string(64, 'd')}, {}});
        ask_all();  // an idle farm: every slot waits
        asked_since_ = free_;
        const int rebuilds = 1 + random_.below(3);
        for (int i = 0; i < rebuilds; ++i) {
            core::SubmitRebuild submit;
            submit.release = "r";
            submit.priority = static_cast<PriorityClass>(random_.below(3));
            submit.share = 1 + random_.below(3);
            must(submit);
        }
    }

    void play() {
        for (int step = 0; step < 4000 && !idle(); ++step) {
            ask_all();
            check_capacity();
            check_no_idleness();
            end_one();
        }
        REQUIRE(idle());
    }

private:
    struct Running {
        LeaseGrant lease;
        WorkerId worker;
        int slot = 0;
        TimePoint ends_at{};
    };

    core::Reply must(const core::Event& event) {
        auto decision = farm_.apply(event, now_);
        REQUIRE(decision.reply.has_value());
        return *decision.reply;
    }

    void add_worker(int number) {
        WorkerHello hello;
        hello.name = hello.incarnation = hello.host = "w" + std::to_string(number);
        hello.leaves = {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0ULL};
        hello.level_max = static_cast<Level>(1 + random_.below(4));
        hello.slots = 1 + random_.below(3);
        hello.cores = 1 + random_.below(16);
        hello.memory_bytes = (1 + random_.below(16)) * kGiB;
        const auto made = std::get<core::Registered>(must(core::RegisterWorker{hello}));
        for (int slot = 0; slot < hello.slots; ++slot) free_.insert({made.worker, slot});
    }

    /// Can any worker ever run it?
    bool placeable(const core::Build& build) {
        const auto shown = std::get<Explanation>(must(core::ExplainBuild{build.id}));
        return std::ranges::any_of(shown.workers, [](const WorkerReason& reason) {
            return !std::set<std::string>{"level", "feature", "excluded_cpu",
                                          "cores", "memory",  "disk"}
                        .contains(reason.predicate);
        });
    }

    bool idle() {
        if (!running_.empty()) return false;
        for (const auto& [id, build] : farm_.state().builds) {
            if (build.state == core::BuildState::ready && placeable(build)) return false;
        }
        return true;
    }

    void ask_all() {
        std::uint64_t news = 0;
        do {
            news = farm_.work_news();
            std::vector<std::pair<WorkerId, int>> order(free_.begin(), free_.end());
            for (std::size_t i = order.size(); i > 1; --i)
                std::swap(order[i - 1],
                          order[static_cast<std::size_t>(random_.below(static_cast<int>(i)))]);
            for (const auto& [worker, slot] : order) ask(worker, slot);
        } while (farm_.work_news() != news);
    }

    void ask(WorkerId worker, int slot) {
        const std::string incarnation = farm_.state().workers.at(worker).hello.incarnation;
        const core::Reply reply = must(core::RequestLease{worker, incarnation, slot});
        const auto* lease = std::get_if<LeaseGrant>(&reply);
        if (!lease) {
            asked_since_.insert({worker, slot});
            return;
        }
        const Level level = farm_.state().workers.at(worker).level;
        const core::Lease& row = farm_.state().leases.at(lease->attempt);
        const core::Build& build = farm_.state().builds.at(*row.build);
        REQUIRE(level >= lease->build->target_level);  // no level violation
        // The least capable that fits: so no baseline build takes a v3 worker while v3 builds wait
        // for one and a v2 worker is free.
        if (config_.placement.reserve_after > std::chrono::hours(1))
            REQUIRE_FALSE(lesser_could(build, level));
        free_.erase({worker, slot});
        running_.push_back(
            {*lease, worker, slot, now_ + std::chrono::minutes(1 + random_.below(60))});
    }

    /// Could a free worker of a lower level have started this build that was given away just now?
    bool lesser_could(const core::Build& build, Level level) {
        const std::string& package = farm_.state().source_packages.at(build.source_package).name;
        const core::PackageRule& rule = config_.releases.at("r").rule(package);
        for (const auto& [worker, slot] : free_) {
            const core::Worker& row = farm_.state().workers.at(worker);
            const Level needed = *from_name<Level>(build.variant);
            if (row.level >= level || row.level < needed) continue;
            if (!asked_since_.contains({worker, slot})) continue;
            if (build.avoid) continue;  // has rules of its own
            if (room_of(worker).cores >= *rule.cores &&
                room_of(worker).memory_bytes >=
                    core::size_class_of({1, *rule.memory_bytes, 0}).memory_bytes)
                return true;
        }
        return false;
    }

    Resources room_of(WorkerId worker) {
        const WorkerHello& hello = farm_.state().workers.at(worker).hello;
        Resources room{hello.cores, hello.memory_bytes, 0};
        for (const auto& [attempt, lease] : farm_.state().leases) {
            if (lease.worker != worker) continue;
            room.cores -= lease.resources.cores;
            room.memory_bytes -= lease.resources.memory_bytes;
        }
        return room;
    }

    void check_capacity() {
        for (const auto& [id, worker] : farm_.state().workers) {
            REQUIRE(room_of(id).cores >= 0);
            REQUIRE(room_of(id).memory_bytes >= 0);
        }
    }

    /// Everybody has asked and nobody got more: then no free slot can be used at all, but for what
    /// background rebuilds leave free and what is reserved.
    void check_no_idleness() {
        asked_since_ = free_;
        for (const auto& [id, build] : farm_.state().builds) {
            if (build.state != core::BuildState::ready) continue;
            if (farm_.state().rebuilds.at(build.rebuild).priority == PriorityClass::background)
                continue;
            const auto shown = std::get<Explanation>(must(core::ExplainBuild{id}));
            for (const WorkerReason& reason : shown.workers) REQUIRE(reason.predicate != "free");
        }
    }

    void end_one() {
        if (running_.empty()) {
            now_ += std::chrono::minutes(1);
            return;
        }
        const auto first = std::ranges::min_element(running_, {}, &Running::ends_at);
        now_ = std::max(now_, first->ends_at);
        core::ReportAttempt report{first->lease.attempt, {}};
        report.report.fence = first->lease.fence;
        report.report.outcome = random_.percent(3) ? Outcome::infra_aborted : Outcome::build_failed;
        must(report);
        free_.insert({first->worker, first->slot});
        asked_since_.erase({first->worker, first->slot});
        running_.erase(first);
    }

    SimRandom random_;
    int packages_;
    core::FarmConfig config_;
    core::Farm farm_;
    TimePoint now_{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    std::set<std::pair<WorkerId, int>> free_;
    std::set<std::pair<WorkerId, int>> asked_since_;  ///< and got nothing
    std::vector<Running> running_;
};

std::uint64_t env_or(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : fallback;
}

}  // namespace

TEST_CASE("no level is violated, no capacity exceeded, no slot idles, nobody starves") {
    const std::uint64_t first = env_or("TERRACE_SIM_SEED", 1);
    const std::uint64_t count =
        std::getenv("TERRACE_SIM_SEED") ? 1 : env_or("TERRACE_PLACEMENT_SEEDS", 1000);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        CAPTURE(seed);  // replay: TERRACE_SIM_SEED=<seed>
        Yard(seed).play();
    }
}

}  // namespace terrace::sim
