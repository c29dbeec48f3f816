#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/runtime/log.hpp"
#include "common/runtime/yaml_reader.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"
#include "worker/core/attempt_plan.hpp"
#include "worker/mock/head_tail_file.hpp"
#include "worker/sandbox/result_files.hpp"

namespace terrace::worker {

/// What isolates mock where its own isolation is `simple`.
enum class SandboxMode { automatic, namespaces, none };

/// worker.yaml; deploy/examples/worker.yaml explains every key.
struct WorkerConfig {
    std::string name;
    std::string scheduler;             ///< "http://HOST:PORT"
    std::filesystem::path token_file;  ///< empty: the farm asks for none
    std::filesystem::path state;
    int slots = 1;
    Level level_max = Level::x86_64_v4;
    MockSettings mock;
    std::int64_t disk_free_min = std::int64_t{1} << 30;
    SandboxMode sandbox = SandboxMode::automatic;
    std::vector<std::string> slot_users;  ///< whom the slots build as, when the worker is root
    sandbox::ResultLimits results;
    Duration drain = std::chrono::seconds(90);  ///< from SIGTERM to the end of what runs
    LogLimits attempt_log;
    runtime::LogLevel log_level = runtime::LogLevel::info;
};

/// Throws runtime::ConfigError.
WorkerConfig read_config(runtime::YamlMap yaml);

/// The token's one line; empty if the configuration names no file. Throws std::system_error.
std::string read_token(const WorkerConfig& config);

/// This machine's host name, as far as a worker's name may have its characters.
std::string host_name();

}  // namespace terrace::worker
