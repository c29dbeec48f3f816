#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/engine/engine.hpp"
#include "tests/sim/sim_composer.hpp"
#include "tests/sim/sim_random.hpp"
#include "tests/sim/sim_resolver.hpp"
#include "tests/sim/sim_store.hpp"
#include "tests/sim/sim_worker.hpp"

namespace terrace::sim {

/// The release that simulations build: a baseline and one variant, one stream.
core::FarmConfig sim_config();

/// A farm, its database, its composer and its workers under one virtual clock and one source of
/// chance.
class World {
public:
    explicit World(std::uint64_t seed);
    /// Without any fault but those of its workers (SimRates), all of the highest level and each on
    /// a host of its own.
    World(std::uint64_t seed, core::FarmConfig config, const std::vector<std::string>& workers);

    /// Something happens: time passes, workers act, and, while it is faulty, something breaks.
    void step();
    /// From now on nothing breaks any more.
    void stop_faults();
    /// As a person at the command line does it: again and again while the farm is away.
    core::Reply must_send(const core::Event& event);

    const core::Snapshot& state() const { return store_.durable(); }
    const SimComposer& composer() const { return composer_; }
    const core::FarmConfig& config() const { return config_; }
    SimRandom& random() { return random_; }
    SimWorker& worker(std::size_t index) { return *workers_.at(index); }
    TimePoint now() const { return now_; }
    bool all_rebuilds_ended() const;

private:
    Result<core::Reply> send(core::Event event);
    /// Decides, and leaves the commit under way: what comes next is decided on top of it.
    void leave_commit(std::vector<engine::Command> commands);
    /// Ends the commit that is under way, if there is one.
    void end_commit();
    /// Decides, and ends every commit.
    void run_batch(std::vector<engine::Command> commands);
    void add_worker(const std::string& name, Level level, const std::string& host);
    void restart_scheduler();
    void break_something();
    void order_admission(const SimWorker& worker);
    void move_stream();

    core::FarmConfig config_;
    SimRandom random_;
    TimePoint now_{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    SimStore store_;
    SimComposer composer_;
    SimResolver resolver_;
    std::vector<engine::Command> posted_;  ///< by the composer, for the next batch
    std::unique_ptr<engine::Engine> engine_;
    const std::vector<core::Change>* changes_ = nullptr;  ///< of the commit that is under way
    std::vector<std::unique_ptr<SimWorker>> workers_;
    bool faulty_ = true;
};

}  // namespace terrace::sim
