#include "worker/app/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "common/os/files.hpp"
#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr int kSlotsMax = 1024;
constexpr std::int64_t kLogBytesMax = std::int64_t{1} << 40;
constexpr std::int64_t kRpmsMax = 65536;
constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr std::int64_t kGibMax = 65536;
constexpr Duration kDrainMin = std::chrono::seconds(1);
constexpr Duration kDrainMax = std::chrono::hours(24);
constexpr std::size_t kTokenBytesMax = 4096;
constexpr std::int64_t kBytesMax = std::int64_t{1} << 50;

/// The name becomes a part of file names and of mock's --uniqueext.
bool may_be_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

RootSettings read_roots(runtime::YamlMap yaml) {
    RootSettings roots;
    roots.kind = yaml.word_or("kind", roots.kind);
    roots.tmpfs_bytes = yaml.whole_or("tmpfs_bytes", roots.tmpfs_bytes, 256 << 20, kBytesMax);
    roots.tmpfs_disk_bytes_max =
        yaml.whole_or("tmpfs_disk_bytes_max", roots.tmpfs_disk_bytes_max, 1, kBytesMax);
    if (roots.tmpfs_disk_bytes_max > roots.tmpfs_bytes)
        yaml.fail("tmpfs_disk_bytes_max", "must not be more than tmpfs_bytes");
    yaml.done();
    return roots;
}

MockSettings read_mock(runtime::YamlMap& yaml, const std::filesystem::path& state) {
    MockSettings mock;
    mock.command = yaml.texts_or("mock_command", mock.command);
    if (mock.command.empty()) yaml.fail("mock_command", "names no program");
    mock.configs = yaml.path("mock_configs");
    mock.isolation = yaml.text_or("isolation", mock.isolation);
    constexpr std::array<const char*, 3> kIsolations = {"auto", "nspawn", "simple"};
    if (std::ranges::find(kIsolations, mock.isolation) == kIsolations.end()) {
        yaml.fail("isolation", "'" + mock.isolation + "' is none of: auto, nspawn, simple");
    }
    mock.base_directory = state / "mock";
    mock.cache_directory = state / "mock-cache";
    mock.roots = read_roots(yaml.map_or_empty("build_roots"));
    return mock;
}

LogLimits read_attempt_log(runtime::YamlMap map) {
    LogLimits limits;
    limits.head_bytes = map.whole_or("head_bytes", limits.head_bytes, 0, kLogBytesMax);
    limits.tail_bytes = map.whole_or("tail_bytes", limits.tail_bytes, 1, kLogBytesMax);
    map.done();
    return limits;
}

SandboxMode read_sandbox(runtime::YamlMap& yaml) {
    const std::string word = yaml.text_or("sandbox", "auto");
    if (word == "auto") return SandboxMode::automatic;
    if (word == "namespaces") return SandboxMode::namespaces;
    if (word == "none") return SandboxMode::none;
    yaml.fail("sandbox", "'" + word + "' is none of: auto, namespaces, none");
}

sandbox::ResultLimits read_results_max(runtime::YamlMap yaml) {
    sandbox::ResultLimits limits;
    limits.rpms = yaml.whole_or("rpms", limits.rpms, 1, kRpmsMax);
    limits.file_bytes = yaml.whole_or("file_gib", limits.file_bytes / kGib, 1, kGibMax) * kGib;
    limits.total_bytes = yaml.whole_or("total_gib", limits.total_bytes / kGib, 1, kGibMax) * kGib;
    yaml.done();
    return limits;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "worker";
    std::string name = buffer.data();
    std::erase_if(name, [](char c) { return !may_be_in_name(c); });
    return name.empty() ? "worker" : name;
}

WorkerConfig read_config(runtime::YamlMap yaml) {
    WorkerConfig config;
    config.name = yaml.text_or("name", host_name());
    if (!std::ranges::all_of(config.name, may_be_in_name)) {
        yaml.fail("name", "may have letters, digits, '-', '_' and '.' only");
    }
    config.scheduler = yaml.text("scheduler");
    config.token_file = yaml.path_or("token_file", "");
    config.state = yaml.path("state");
    config.slots = static_cast<int>(yaml.whole_or("slots", config.slots, 1, kSlotsMax));
    config.level_max = yaml.word_or("level_max", config.level_max);
    config.mock = read_mock(yaml, config.state);
    config.disk_free_min = yaml.whole_or("disk_free_min", config.disk_free_min, 0, kBytesMax);
    config.sandbox = read_sandbox(yaml);
    config.slot_users = yaml.texts_or("slot_users", {});
    config.results = read_results_max(yaml.map_or_empty("results_max"));
    config.drain = yaml.duration_or("drain", config.drain);
    if (config.drain < kDrainMin || config.drain > kDrainMax)
        yaml.fail("drain", "is not between 1s and 24h");
    config.attempt_log = read_attempt_log(yaml.map_or_empty("attempt_log"));
    runtime::YamlMap log = yaml.map_or_empty("log");
    config.log_level = log.word_or("level", config.log_level);
    log.done();
    yaml.done();
    return config;
}

std::string read_token(const WorkerConfig& config) {
    if (config.token_file.empty()) return "";
    return std::string(trimmed(os::read_file(config.token_file, kTokenBytesMax)));
}

}  // namespace terrace::worker
