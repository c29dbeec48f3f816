#pragma once

#include <filesystem>
#include <string>

#include "common/runtime/log.hpp"
#include "common/runtime/yaml_reader.hpp"
#include "common/vocab/level.hpp"
#include "worker/core/attempt_plan.hpp"

namespace terrace::worker {

/// worker.yaml; deploy/examples/worker.yaml explains every key.
struct WorkerConfig {
    std::string name;
    std::string scheduler;             ///< "http://HOST:PORT"
    std::filesystem::path token_file;  ///< empty: the farm asks for none
    std::filesystem::path state;
    int slots = 1;
    Level level_max = Level::x86_64_v4;
    MockSettings mock;
    int mock_uid = -1;  ///< -1: not given
    std::int64_t disk_free_min = std::int64_t{1} << 30;
    runtime::LogLevel log_level = runtime::LogLevel::info;
};

/// Throws runtime::ConfigError.
WorkerConfig read_config(runtime::YamlMap yaml);

/// The token's one line; empty if the configuration names no file. Throws std::system_error.
std::string read_token(const WorkerConfig& config);

/// This machine's host name, as far as a worker's name may have its characters.
std::string host_name();

}  // namespace terrace::worker
