#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/runtime/log.hpp"
#include "common/vocab/time.hpp"
#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// How much of everything there may be.
struct Limits {
    std::int64_t body_bytes = 1 << 30;      ///< of an upload: an SRPM or an RPM
    std::int64_t json_bytes = 64 << 20;     ///< of any other request
    std::int64_t log_bytes = 64 << 20;      ///< of one attempt; the rest is dropped
    std::int64_t connections = 1000;        ///< open at once
    std::int64_t database_connections = 4;  ///< for reading, besides the engine's own
    std::int64_t inbox = 10'000;            ///< commands that wait for the engine
};

/// scheduler.yaml (deploy/examples/scheduler.yaml says what each key means). Read once, constant
/// since.
struct SchedulerConfig {
    std::filesystem::path state;
    std::string address = "127.0.0.1";
    std::uint16_t port = 7480;
    std::filesystem::path token_file;  ///< empty: whoever can connect may do anything
    std::string database_dsn;          ///< empty: EmbeddedPostgres in state/postgres
    std::filesystem::path releases;
    std::filesystem::path benchmarks;
    std::filesystem::path audit_exceptions;  ///< empty: there are none
    std::filesystem::path mock_configs;
    std::filesystem::path published;
    std::string published_url;            ///< where clients find `published`; no slash at its end
    std::filesystem::path signer_socket;  ///< of terrace-signer; empty: nothing can be signed
    Duration lease_length{};
    Duration heartbeat_interval{};
    core::RetryPolicy retry;
    core::HealthPolicy health;
    core::PlacementPolicy placement;
    std::vector<std::string> buildroot_base = {"buildsys-build"};
    Duration build_timeout{};
    Duration build_silence{};
    Duration comparison_timeout{};
    core::KeepingPolicy keeping;
    Limits limits;
    Duration keep_logs = std::chrono::days(30);         ///< after the end of their attempts
    Duration keep_failed_logs = std::chrono::days(90);  ///< of attempts that failed
    runtime::LogLevel log_level = runtime::LogLevel::info;
};

/// Relative paths in the file start at its directory. Throws runtime::ConfigError.
SchedulerConfig load_config(const std::filesystem::path& path);

/// The releases and benchmarks that `config` points to, and its own times. Throws
/// runtime::ConfigError.
core::FarmConfig load_farm_config(const SchedulerConfig& config);

}  // namespace terrace::scheduler
