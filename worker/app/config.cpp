#include "worker/app/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "common/os/files.hpp"
#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr int kSlotsMax = 1024;
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
    config.mock_uid =
        static_cast<int>(yaml.whole_or("mock_uid", -1, 1, std::numeric_limits<int>::max()));
    config.disk_free_min = yaml.whole_or("disk_free_min", config.disk_free_min, 0, kBytesMax);
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
