#include "worker/app/config.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

WorkerConfig config_of(const std::string& text) {
    return read_config(runtime::YamlMap::from_text(text, "/etc/terrace/worker.yaml"));
}

constexpr const char* kLeast =
    "scheduler: http://127.0.0.1:7480\nstate: /var/lib/terrace\nmock_configs: configs\n";

TEST_CASE("scheduler, state and mock's configurations are all that must be said") {
    const WorkerConfig config = config_of(kLeast);
    CHECK(config.name == host_name());
    CHECK(config.scheduler == "http://127.0.0.1:7480");
    CHECK(config.token_file.empty());
    CHECK(read_token(config).empty());
    CHECK(config.slots == 1);
    CHECK(config.level_max == Level::x86_64_v4);
    CHECK(config.mock.command == std::vector<std::string>{"mock"});
    CHECK(config.mock.configs == "/etc/terrace/configs");
    CHECK(config.mock.isolation == "auto");
    CHECK(config.mock.base_directory == "/var/lib/terrace/mock");
    CHECK(config.mock.cache_directory == "/var/lib/terrace/mock-cache");
    CHECK(config.attempt_log.head_bytes == 16 << 20);
    CHECK(config.attempt_log.tail_bytes == 16 << 20);
    CHECK(config.mock.roots.kind == RootKind::root_cache);
    CHECK(config.disk_free_min == 1 << 30);
    CHECK(config.slot_users.empty());
    CHECK(config.sandbox == SandboxMode::automatic);
    CHECK(config.results == sandbox::ResultLimits{});
    CHECK(config.drain == std::chrono::seconds(90));
    CHECK(config.log_level == runtime::LogLevel::info);
}

TEST_CASE("everything can be said") {
    const WorkerConfig config =
        config_of(std::string(kLeast) +
                  "name: alpha-1\ntoken_file: token\nslots: 4\nlevel_max: x86_64_v2\n"
                  "mock_command: [python3, /opt/mock]\nisolation: simple\nsandbox: namespaces\n"
                  "slot_users: [build0, 60001-60003]\ndrain: 10m\n"
                  "results_max: {rpms: 7, file_gib: 1, total_gib: 2}\n"
                  "build_roots: {kind: tmpfs, tmpfs_bytes: 1073741824, tmpfs_disk_bytes_max: 5}\n"
                  "attempt_log: {head_bytes: 0, tail_bytes: 5}\n"
                  "disk_free_min: 0\nlog:\n  level: debug\n");
    CHECK(config.mock.roots.kind == RootKind::tmpfs);
    CHECK(config.mock.roots.tmpfs_bytes == 1 << 30);
    CHECK(config.mock.roots.tmpfs_disk_bytes_max == 5);
    CHECK(config.disk_free_min == 0);
    CHECK(config.name == "alpha-1");
    CHECK(config.token_file == "/etc/terrace/token");
    CHECK(config.slots == 4);
    CHECK(config.level_max == Level::x86_64_v2);
    CHECK(config.mock.command == std::vector<std::string>{"python3", "/opt/mock"});
    CHECK(config.mock.isolation == "simple");
    CHECK(config.attempt_log.head_bytes == 0);
    CHECK(config.attempt_log.tail_bytes == 5);
    CHECK(config.sandbox == SandboxMode::namespaces);
    CHECK(config.slot_users == std::vector<std::string>{"build0", "60001-60003"});
    CHECK(config.drain == std::chrono::minutes(10));
    CHECK(config.results == sandbox::ResultLimits{7, std::int64_t{1} << 30, std::int64_t{2} << 30});
    CHECK(config.log_level == runtime::LogLevel::debug);
}

TEST_CASE("what cannot be is refused") {
    for (const char* line :
         {"name: a b", "name: ../x", "slots: 0",
          "level_max: x86-64-v3",  // lint: allow x86-64-v3
          "isolation: docker", "mock_command: []", "sandbox: docker", "drain: 0s",
          "slot_users: build0", "results_max: {rpms: 0}", "unknown: 1", "build_roots: {kind: lvm}",
          "build_roots: {tmpfs_bytes: 1}", "build_roots: {tmpfs_bytes: 1073741824}",
          "disk_free_min: -1", "log: {colour: red}", "attempt_log: {tail_bytes: 0}"}) {
        CAPTURE(line);
        CHECK_THROWS_AS(config_of(std::string(kLeast) + line + "\n"), runtime::ConfigError);
    }
    CHECK_THROWS_AS(config_of("state: /x\nmock_configs: y\n"), runtime::ConfigError);
}

TEST_CASE("the token is the file's one line, without its end") {
    const os::TemporaryDirectory directory;
    std::ofstream(directory.path() / "token") << "secret\n";
    WorkerConfig config;
    config.token_file = directory.path() / "token";
    CHECK(read_token(config) == "secret");
}

}  // namespace
}  // namespace terrace::worker
