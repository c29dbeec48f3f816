#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "scheduler/engine/ports.hpp"

namespace terrace::engine {

/// A store in memory that fails when told to.
class TestStore final : public Store {
public:
    core::Snapshot load() override {
        if (away) throw StoreError("away");
        return durable;
    }
    void commit(const std::vector<core::Change>& changes) override {
        if (away || refuses_commits) throw StoreError("away");
        if (superseded) throw Superseded();
        for (const core::Change& change : changes) core::apply_change(durable, change);
        if (lose_answer) throw StoreError("the answer was lost");
    }
    core::Snapshot durable;
    bool away = false;
    bool refuses_commits = false;  ///< and can be loaded
    bool lose_answer = false;
    bool superseded = false;
};

/// A store whose commits end when they are told to.
class HeldStore final : public Store {
public:
    explicit HeldStore(Store& store) : store_(store) {}

    core::Snapshot load() override { return store_.load(); }
    void commit(const std::vector<core::Change>& changes) override {
        std::unique_lock lock(mutex_);
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return released_ >= arrived_; });
        store_.commit(changes);
    }

    /// Until this many commits have begun.
    void wait_for_commits(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return arrived_ >= count; });
    }
    /// The first `count` commits need not wait.
    void release(int count) {
        const std::lock_guard lock(mutex_);
        released_ = count;
        changed_.notify_all();
    }
    int commits() {
        const std::lock_guard lock(mutex_);
        return arrived_;
    }

private:
    Store& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int arrived_ = 0;
    int released_ = 0;
};

class NoComposer final : public Composer {
public:
    void start(core::RunCompose, Ended) override {}
    void start(core::RunMove, MoveEnded) override {}
};

class NoResolver final : public Resolver {
public:
    void start(core::ResolveDependencies, std::vector<core::SourcePackage>, Ended) override {}
};

class CountingResolver final : public Resolver {
public:
    void start(core::ResolveDependencies, std::vector<core::SourcePackage>, Ended) override {
        ++started;
    }
    int started = 0;
};

inline core::FarmConfig one_release() {
    core::FarmConfig config;
    core::ReleaseSpec release;
    release.name = "mini-1";
    release.variants.emplace_back();
    release.streams = {"testing"};
    config.releases["mini-1"] = release;
    return config;
}

inline core::ImportPackageSet one_package() {
    core::ImportPackageSet import{"mini-1", {core::SourcePackage{}}};
    import.packages.front().name = "a";
    return import;
}

inline core::AddSeed a_seed(char digit) {
    return {"mini-1", Digest{std::string(64, digit)}, {}};
}

}  // namespace terrace::engine
