#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/engine/engine_thread.hpp"

/// A farm of one release to load an engine with.
namespace terrace::bench {

/// Publishes nothing: what is measured ends before that.
class NullComposer final : public engine::Composer {
public:
    void start(core::RunCompose, Ended) override {}
    void start(core::RunMove, MoveEnded) override {}
};

/// Its rebuilds are flat: nothing waits for dependencies.
class NullResolver final : public engine::Resolver {
public:
    void start(core::ResolveDependencies, std::vector<core::SourcePackage>, Ended) override {}
};

core::FarmConfig farm_config();

std::string worker_name(int number);
/// On a host of its own, with one slot; its incarnation is its name.
core::RegisterWorker a_worker(int number);
core::ImportPackageSet some_packages(int count);
core::AddSeed a_seed();
core::SubmitRebuild a_rebuild();
/// What a worker says of a build that went well; its one RPM has the SRPM's digest.
AttemptReport report_on(const LeaseGrant& lease);

/// Sends `events` at once and waits for all answers, in their order. Throws std::runtime_error when
/// one is refused.
std::vector<core::Reply> ask_all(engine::EngineThread& engine, std::vector<core::Event> events);

/// Fills an empty farm with `workers` workers (their ids are 1, 2, ...) and `builds` ready builds.
void fill_farm(engine::EngineThread& engine, int workers, int builds);

}  // namespace terrace::bench
