#pragma once

#include "scheduler/engine/ports.hpp"
#include "tests/sim/sim_random.hpp"

namespace terrace::sim {

/// A database that loses commits, or loses only the answer to a commit, and refuses what the real
/// one's constraints refuse.
class SimStore final : public engine::Store {
public:
    explicit SimStore(SimRandom& random) : random_(random) {}

    core::Snapshot load() override;
    void commit(const std::vector<core::Change>& changes) override;

    const core::Snapshot& durable() const { return durable_; }
    int commits() const { return commits_; }
    void set_faulty(bool faulty) { faulty_ = faulty; }

private:
    SimRandom& random_;
    /// PostgreSQL keeps the packages of every compose; what is loaded has those of streams.
    void load_shown_packages();

    core::Snapshot durable_;
    decltype(core::Snapshot::compose_packages) all_packages_;
    int commits_ = 0;
    bool faulty_ = true;
};

}  // namespace terrace::sim
