#pragma once

#include <chrono>

#include "scheduler/engine/ports.hpp"

namespace terrace::bench {

/// Passes everything on, and knows how many commits there were and how long they took. Read it
/// while the engine has nothing to do.
class TimedStore final : public engine::Store {
public:
    using Clock = std::chrono::steady_clock;

    explicit TimedStore(engine::Store& store) : store_(store) {}

    core::Snapshot load() override { return store_.load(); }
    void commit(const std::vector<core::Change>& changes) override {
        const Clock::time_point started = Clock::now();
        store_.commit(changes);
        time_ += Clock::now() - started;
        ++commits_;
    }

    int commits() const { return commits_; }
    Clock::duration time() const { return time_; }

private:
    engine::Store& store_;
    int commits_ = 0;
    Clock::duration time_{};
};

/// Keeps nothing: what is left is the cost of deciding.
class NullStore final : public engine::Store {
public:
    core::Snapshot load() override { return {}; }
    void commit(const std::vector<core::Change>&) override {}
};

}  // namespace terrace::bench
