#include "tests/sim/world.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <utility>

#include "tests/sim/invariants.hpp"

namespace terrace::sim {

core::FarmConfig sim_config() {
    core::ReleaseSpec release;
    release.name = "sim-1";
    release.dist_suffix = "sim1";
    release.variants = {
        {.name = "x86_64",
         .target_arch = "x86_64",
         .target_level = Level::x86_64,
         .run_level = Level::x86_64,
         .mock_config = "sim-1-x86_64",
         .defines = {},
         .digest = "baseline"},
        {.name = "x86_64_v3",
         .target_arch = "x86_64_v3",
         .target_level = Level::x86_64_v3,
         .run_level = Level::x86_64_v3,
         .mock_config = "sim-1-x86_64_v3",
         .defines = {},
         .digest = "variant"},
    };
    release.streams = {"testing", "stable"};
    release.composes_kept = 2;
    release.gate.looks = {10, 20, 40};
    release.gate.aa_share = 0.3;
    core::FarmConfig config;
    config.releases["sim-1"] = release;
    for (const char* package : {"package-1", "package-2", "package-3", "package-4"}) {
        BenchmarkFile file;
        file.package = package;
        file.benchmarks = {{.name = "speed", .command = "true"}};
        config.benchmarks[package] = file;
    }
    return config;
}

/// Half of all seeds fail what needs a failed build, half take the seed's.
core::FarmConfig config_of(std::uint64_t seed) {
    core::FarmConfig config = sim_config();
    core::ReleaseSpec& release = config.releases.at("sim-1");
    release.on_failed_dependency =
        seed % 2 == 0 ? OnFailedDependency::fail : OnFailedDependency::seed;
    release.compose.allow_stall =
        seed % 3 == 0 ? core::AllowStall::never : core::AllowStall::distro_sync;
    if (seed % 4 == 1) release.gate.vendors = {"Sim", "OtherSim"};
    release.packages["package-5"].never = {"x86_64_v3"};
    release.packages["package-4"].expensive = true;
    // So few that chance alone makes them, to see what follows.
    config.health = {.suspect_after = 2,
                     .quarantine_after = 3,
                     .quarantine_after_any = 4,
                     .probes = 1 + static_cast<int>(seed % 2),
                     .probe_delay_min = std::chrono::minutes(1),
                     .probe_delay_max = std::chrono::minutes(10)};
    config.keeping.builds = std::chrono::minutes(2);  // so that builds are removed within a run
    return config;
}

World::World(std::uint64_t seed)
    : config_(config_of(seed)),
      random_(seed),
      store_(random_),
      composer_(random_),
      resolver_(random_) {
    restart_scheduler();
    add_worker("old", Level::x86_64, "host-1");
    add_worker("new", Level::x86_64_v4, "host-1");
    add_worker("other", Level::x86_64_v3, "host-2");
}

World::World(std::uint64_t seed, core::FarmConfig config, const std::vector<std::string>& workers)
    : config_(std::move(config)),
      random_(seed),
      store_(random_),
      composer_(random_),
      resolver_(random_) {
    faulty_ = false;
    restart_scheduler();
    for (const std::string& name : workers) add_worker(name, Level::x86_64_v4, "host of " + name);
    stop_faults();
}

void World::add_worker(const std::string& name, Level level, const std::string& host) {
    const auto send_event = [this](core::Event event) { return send(std::move(event)); };
    workers_.push_back(std::make_unique<SimWorker>(name, level, host, random_, now_, send_event));
}

/// A commit that is under way then may still happen, and nobody is told.
void World::restart_scheduler() {
    if (random_.percent(50)) end_commit();
    changes_ = nullptr;
    posted_.clear();
    composer_.crash();
    resolver_.crash();
    engine_.reset();
    store_.set_faulty(false);  // a start that finds no database is no start
    engine_ = std::make_unique<engine::Engine>(
        config_, store_, composer_, resolver_,
        [this](engine::Command command) { posted_.push_back(std::move(command)); });
    store_.set_faulty(faulty_);
}

void World::leave_commit(std::vector<engine::Command> commands) {
    end_commit();
    engine_->decide(std::move(commands), now_);
    changes_ = engine_->begin_commit(now_);
    engine_->act();
}

void World::end_commit() {
    if (!changes_) return;
    std::exception_ptr failure;
    try {
        store_.commit(*changes_);
    } catch (...) {
        failure = std::current_exception();
    }
    changes_ = nullptr;
    engine_->end_commit(failure);
    check_invariants(store_.durable(), config_);
    for (const auto& [key, stream] : store_.durable().streams) {
        check_compose(store_.durable(), config_.releases.at(key.first), stream.compose);
    }
}

void World::run_batch(std::vector<engine::Command> commands) {
    if (engine_->room() < commands.size()) end_commit();
    engine_->decide(std::move(commands), now_);
    end_commit();
    changes_ = engine_->begin_commit(now_);
    end_commit();
    engine_->act();
}

Result<core::Reply> World::send(core::Event event) {
    if (faulty_ && random_.percent(5)) {
        // It comes twice, the second time while the database takes what the first one did.
        leave_commit({{event, [](const Result<core::Reply>&) {}}});
    }
    Result<core::Reply> answer = Error{Errc::unavailable, "not answered"};
    int answers = 0;
    std::vector<engine::Command> batch;
    batch.push_back({std::move(event), [&](const Result<core::Reply>& reply) {
                         answer = reply;
                         ++answers;
                     }});
    run_batch(std::move(batch));
    if (answers != 1) throw std::logic_error("a command must be answered exactly once");
    // After a move its packages come with the next load, which may have failed once more.
    const bool loaded = !engine_->farm().wants_reload();
    if (answer && loaded && engine_->farm().state() != store_.durable()) {
        throw std::logic_error("memory must equal the database after a batch");
    }
    return answer;
}

core::Reply World::must_send(const core::Event& event) {
    for (int tries = 0; tries < 100; ++tries) {
        const auto reply = send(event);
        if (reply) return *reply;
        if (reply.error().code != Errc::unavailable) throw std::logic_error(reply.error().message);
    }
    throw std::logic_error("the farm never answered");
}

void World::break_something() {
    SimWorker& worker =
        *workers_[static_cast<std::size_t>(random_.below(static_cast<int>(workers_.size())))];
    switch (random_.below(7)) {
        case 0: worker.die_and_restart(); break;
        case 1: worker.pause_until(now_ + std::chrono::seconds(random_.below(200))); break;
        case 2: restart_scheduler(); break;
        case 5: worker.move_to_cpu(random_.percent(50)); break;
        case 3: now_ += std::chrono::minutes(random_.below(4)); break;  // everybody was asleep
        case 4: {
            const auto& builds = store_.durable().builds;
            if (builds.empty() || random_.percent(80)) break;
            auto picked = builds.begin();
            std::advance(picked, random_.below(static_cast<int>(builds.size())));
            (void)send(core::CancelBuild{picked->first});
            break;
        }
        case 6: order_admission(worker); break;
        default: break;
    }
}

/// Mostly to enable it, so that somebody is left to work.
void World::order_admission(const SimWorker& worker) {
    using Order = core::AdmissionOrder;
    const std::array orders = {Order::drain,  Order::disable, Order::quarantine,
                               Order::enable, Order::enable,  Order::enable};
    const Order order =
        orders[static_cast<std::size_t>(random_.below(static_cast<int>(orders.size())))];
    (void)send(core::OrderAdmission{worker.name(), order, "Because.", random_.percent(30)});
}

/// To any compose: most are refused.
void World::move_stream() {
    const core::Snapshot& state = store_.durable();
    if (state.streams.empty() || state.composes.empty()) return;
    core::MoveStream move;
    move.release = state.streams.begin()->first.first;
    move.stream = random_.percent(50) ? state.streams.begin()->first.second : "stable";
    move.kind = random_.percent(50) ? core::MoveKind::rollback : core::MoveKind::promote;
    const int last = static_cast<int>(state.composes.rbegin()->first.value);
    if (move.kind == core::MoveKind::promote || random_.percent(50))
        move.compose = ComposeId{1 + random_.below(last)};
    (void)send(std::move(move));
}

void World::step() {
    now_ += std::chrono::milliseconds(500 + random_.below(5000));
    if (faulty_ && random_.percent(3)) break_something();
    if (faulty_ && random_.percent(3)) move_stream();
    if (faulty_ && random_.percent(2)) (void)send(core::CollectGarbage{random_.percent(20)});
    std::vector<engine::Command> posted = std::exchange(posted_, {});
    if (random_.percent(50)) {
        leave_commit(std::move(posted));
    } else {
        run_batch(std::move(posted));
    }
    for (auto& worker : workers_) worker->step();
    if (random_.percent(30)) composer_.step(faulty_);
    if (random_.percent(30)) resolver_.step(faulty_);
    run_batch({});
}

void World::stop_faults() {
    faulty_ = false;
    store_.set_faulty(false);
    for (auto& worker : workers_) {
        worker->set_faulty(false);
        worker->move_to_cpu(true);  // else nobody could ever run the v3 builds
    }
    for (const auto& [id, row] : core::Snapshot(store_.durable()).worker_health) {
        const bool by_order = row.admission == core::Admission::draining ||
                              row.admission == core::Admission::disabled;
        if (!by_order) continue;  // the others come back by themselves
        must_send(core::OrderAdmission{store_.durable().workers.at(id).name,
                                       core::AdmissionOrder::enable, "", false});
    }
}

bool World::all_rebuilds_ended() const {
    const bool moved = std::ranges::all_of(store_.durable().stream_moves, [](const auto& move) {
        return move.second.state != core::MoveState::pending;
    });
    return moved && std::ranges::all_of(store_.durable().rebuilds, [](const auto& rebuild) {
               return core::is_final(rebuild.second.state);
           });
}

}  // namespace terrace::sim
