#pragma once

#include <string>

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
        if (away) throw StoreError("away");
        if (superseded) throw Superseded();
        for (const core::Change& change : changes) core::apply_change(durable, change);
        if (lose_answer) throw StoreError("the answer was lost");
    }
    core::Snapshot durable;
    bool away = false;
    bool lose_answer = false;
    bool superseded = false;
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

inline core::FarmConfig one_release() {
    core::FarmConfig config;
    core::ReleaseSpec release;
    release.name = "mini-1";
    release.variants.emplace_back();
    release.streams = {"testing"};
    config.releases["mini-1"] = release;
    return config;
}

inline core::AddSeed a_seed(char digit) {
    return {"mini-1", Digest{std::string(64, digit)}, {}};
}

}  // namespace terrace::engine
