#pragma once

#include <vector>

#include "scheduler/core/change.hpp"

/// Rows in every shape, with nothing left at its default where a column could lose it.
namespace terrace::test {

Digest digest_of(char c);
TimePoint time_at(int seconds);

core::PackageSet a_package_set();
core::SourcePackage a_source_package(int id, const std::string& name);
core::Seed a_seed();
core::Worker a_worker(int id, const std::string& name);
/// Of worker 2, quarantined.
core::WorkerHealth a_worker_health();
core::Rebuild a_rebuild();
core::Build a_build(int id, int source_package, const std::string& variant);
core::BuildRpm a_build_rpm(int build, const std::string& name, std::int64_t size, bool debug);
core::Comparison a_comparison();
core::Attempt a_build_attempt(int id, int build);
core::Lease a_lease_of(const core::Attempt& attempt);
/// The row once it is leased.
core::Build leased(core::Build row);
core::Comparison leased(core::Comparison row);
core::ComparisonSample a_sample(int attempt, int pair, bool variant);
Waiver a_waiver();
core::Compose a_compose(int id, int rebuild);
core::ComposePackage a_compose_package(int compose,
                                       const std::string& repo,
                                       const std::string& name);

/// Two packages rebuilt for two variants, with every row type: build 11 (zlib, baseline) succeeded,
/// 12 (zlib, v3) is a reuse of 11's, 13 (xz, baseline) is leased by attempt 103, 14 (xz, v3) is
/// ready; comparison 21 is leased by attempt 104 and has samples; compose 31 is finished and stream
/// `testing` points to it.
std::vector<core::Change> a_farm();

}  // namespace terrace::test
