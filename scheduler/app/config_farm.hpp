#pragma once

#include <filesystem>
#include <string>

#include "common/vocab/result.hpp"
#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// A release file (deploy/examples/release-*.yaml). `mock_configs`: where the .cfg files of its
/// variants are; their text is part of a variant's digest. Throws runtime::ConfigError.
core::ReleaseSpec load_release(const std::filesystem::path& path,
                               const std::filesystem::path& mock_configs);

/// The `gate` of a release file: a whole one, a file with that key, or what stands below it.
/// Errc::invalid_argument where it could not be part of a release file.
Result<core::GatePolicy> parse_gate_policy(const std::string& yaml);

/// A benchmark file (deploy/benchmarks/*.yaml). Throws runtime::ConfigError.
BenchmarkFile load_benchmark(const std::filesystem::path& path);

}  // namespace terrace::scheduler
