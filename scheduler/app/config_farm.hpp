#pragma once

#include <filesystem>

#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// A release file (deploy/examples/release-*.yaml). `mock_configs`: where the .cfg files of its
/// variants are; their text is part of a variant's digest. Throws runtime::ConfigError.
core::ReleaseSpec load_release(const std::filesystem::path& path,
                               const std::filesystem::path& mock_configs);

/// A benchmark file (deploy/benchmarks/*.yaml). Throws runtime::ConfigError.
BenchmarkFile load_benchmark(const std::filesystem::path& path);

}  // namespace terrace::scheduler
