#include "scheduler/app/config.hpp"

#include <arpa/inet.h>

#include <array>
#include <optional>
#include <string_view>

#include "common/runtime/yaml_reader.hpp"

namespace terrace::scheduler {
namespace {

using runtime::YamlMap;

constexpr std::int64_t kBytesMax = std::int64_t{1} << 40;
constexpr std::int64_t kCountMax = 1'000'000;

/// Can only this machine connect to it? nullopt: not an address.
std::optional<bool> is_loopback(const std::string& address) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return bytes[0] == 127;
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return std::nullopt;
    constexpr std::array<unsigned char, sizeof(in6_addr)> kLoopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                                       0, 0, 0, 0, 0, 0, 0, 1};
    return bytes == kLoopback;
}

void read_listen(YamlMap listen, SchedulerConfig& config) {
    config.address = listen.text_or("address", config.address);
    if (config.address == "localhost") config.address = "127.0.0.1";
    config.port = static_cast<std::uint16_t>(listen.whole_or("port", config.port, 0, 65535));
    listen.done();
    const auto loopback = is_loopback(config.address);
    if (!loopback) {
        listen.fail("address", "'" + config.address + "' is neither an IP address nor localhost");
    }
    if (!*loopback && config.token_file.empty()) {
        listen.fail("address",
                    "'" + config.address +
                        "' can be reached from other machines, and without a token_file whoever "
                        "reaches it may build and publish anything: set token_file, or listen on "
                        "127.0.0.1");
    }
}

/// By default clients are on this machine.
std::string read_url(YamlMap& file, const std::filesystem::path& published) {
    std::string url =
        file.text_or("published_url", "file://" + std::filesystem::absolute(published).string());
    while (url.ends_with('/')) url.pop_back();
    const bool known =
        url.starts_with("file://") || url.starts_with("https://") || url.starts_with("http://");
    if (!known || url.find_first_of(" \t\n") != std::string::npos)
        file.fail("published_url", "'" + url + "' is no URL of http, https or file");
    return url;
}

void read_lease(YamlMap lease, SchedulerConfig& config) {
    const core::FarmConfig defaults;
    config.lease_length = lease.duration_or("length", defaults.lease_length);
    config.heartbeat_interval = lease.duration_or("heartbeat", defaults.heartbeat_interval);
    lease.done();
    if (config.heartbeat_interval <= Duration(0)) lease.fail("heartbeat", "must be more than 0");
    if (config.lease_length < 2 * config.heartbeat_interval) {
        lease.fail("length",
                   "must be at least two heartbeats, or one late packet ends every lease");
    }
}

void read_retry(YamlMap retry, core::RetryPolicy& policy) {
    policy.infra_failures_max =
        static_cast<int>(retry.whole_or("infra_failures_max", policy.infra_failures_max, 0, 1000));
    policy.attempts_max =
        static_cast<int>(retry.whole_or("attempts_max", policy.attempts_max, 1, 1000));
    policy.delay_min = retry.duration_or("delay_min", policy.delay_min);
    policy.delay_max = retry.duration_or("delay_max", policy.delay_max);
    retry.done();
    if (policy.delay_min <= Duration(0)) retry.fail("delay_min", "must be more than 0");
    if (policy.delay_max < policy.delay_min) retry.fail("delay_max", "must not be below delay_min");
}

void read_health(YamlMap map, core::HealthPolicy& policy) {
    const auto times = [&](const std::string& key, int& value) {
        value = static_cast<int>(map.whole_or(key, value, 1, 50));
    };
    times("suspect_after", policy.suspect_after);
    times("quarantine_after", policy.quarantine_after);
    times("quarantine_after_any", policy.quarantine_after_any);
    times("probes", policy.probes);
    policy.probe_delay_min = map.duration_or("probe_delay_min", policy.probe_delay_min);
    policy.probe_delay_max = map.duration_or("probe_delay_max", policy.probe_delay_max);
    map.done();
    if (policy.quarantine_after_any < policy.suspect_after) {
        map.fail("quarantine_after_any",
                 "must not be below suspect_after: what fails on a suspected worker is tried "
                 "elsewhere first");
    }
    if (policy.probe_delay_min <= Duration(0)) map.fail("probe_delay_min", "must be more than 0");
    if (policy.probe_delay_max < policy.probe_delay_min)
        map.fail("probe_delay_max", "must not be below probe_delay_min");
}

void read_unknown(YamlMap map, core::EstimateDefaults& unknown) {
    const auto seconds = [&](const std::string& key, double otherwise) {
        const Duration length =
            map.duration_or(key, Duration(static_cast<std::int64_t>(otherwise * 1000)));
        if (length <= Duration(0)) map.fail(key, "must be more than 0");
        return std::chrono::duration<double>(length).count();
    };
    unknown.unknown_seconds = seconds("time", unknown.unknown_seconds);
    unknown.unknown_seconds_low = seconds("time_low", unknown.unknown_seconds_low);
    unknown.unknown_seconds_high = seconds("time_high", unknown.unknown_seconds_high);
    unknown.memory_bytes = map.whole_or("memory_bytes", unknown.memory_bytes, 1, kBytesMax);
    unknown.disk_bytes = map.whole_or("disk_bytes", unknown.disk_bytes, 1, kBytesMax);
    map.done();
    if (unknown.unknown_seconds_low > unknown.unknown_seconds ||
        unknown.unknown_seconds_high < unknown.unknown_seconds) {
        map.fail("time", "must lie between time_low and time_high");
    }
}

void read_placement(YamlMap map, core::PlacementPolicy& policy) {
    policy.background_headroom = map.number_or("background_headroom", policy.background_headroom);
    if (policy.background_headroom < 0 || policy.background_headroom >= 1)
        map.fail("background_headroom", "must be at least 0 and below 1");
    policy.quick_slots = map.number_or("quick_slots", policy.quick_slots);
    if (policy.quick_slots < 0 || policy.quick_slots >= 1)
        map.fail("quick_slots", "must be at least 0 and below 1");
    const auto time = [&](const std::string& key, Duration& value) {
        value = map.duration_or(key, value);
        if (value <= Duration(0)) map.fail(key, "must be more than 0");
    };
    time("fair_share_half_life", policy.fair_share_half_life);
    time("quick_build", policy.quick_build);
    time("reserve_after", policy.reserve_after);
    time("unplaceable_after", policy.unplaceable_after);
    policy.confirm_above = map.whole_or("confirm_above", policy.confirm_above, 0, kCountMax);
    read_unknown(map.map_or_empty("unknown_package"), policy.unknown);
    map.done();
}

void read_timeouts(YamlMap timeouts, SchedulerConfig& config) {
    const core::FarmConfig defaults;
    config.build_timeout = timeouts.duration_or("build", defaults.build_timeout);
    config.build_silence = timeouts.duration_or("silence", defaults.build_silence);
    config.comparison_timeout = timeouts.duration_or("comparison", defaults.comparison_timeout);
    timeouts.done();
    if (config.build_timeout <= Duration(0)) timeouts.fail("build", "must be more than 0");
    if (config.build_silence < Duration(0))
        timeouts.fail("silence", "must not be less than 0; 0 stands for no limit");
    if (config.comparison_timeout <= Duration(0))
        timeouts.fail("comparison", "must be more than 0");
}

void read_limits(YamlMap map, Limits& limits) {
    limits.body_bytes = map.whole_or("body_bytes", limits.body_bytes, 1, kBytesMax);
    limits.json_bytes = map.whole_or("json_bytes", limits.json_bytes, 1, kBytesMax);
    limits.log_bytes = map.whole_or("log_bytes", limits.log_bytes, 1, kBytesMax);
    limits.connections = map.whole_or("connections", limits.connections, 1, kCountMax);
    limits.database_connections =
        map.whole_or("database_connections", limits.database_connections, 1, 100);
    limits.inbox = map.whole_or("inbox", limits.inbox, 1, kCountMax);
    map.done();
}

void read_repos(YamlMap map, core::KeepingPolicy& keeping) {
    keeping.builds = map.duration_or("keep_builds", keeping.builds);
    keeping.objects = map.duration_or("keep_objects", keeping.objects);
    map.done();
    if (keeping.builds < Duration(0)) map.fail("keep_builds", "must not be less than 0");
    if (keeping.objects <= Duration(0)) {
        map.fail("keep_objects",
                 "must be more than 0: what is uploaded is referred to only some time later");
    }
}

void read_logs(YamlMap map, SchedulerConfig& config) {
    config.keep_logs = map.duration_or("keep", config.keep_logs);
    config.keep_failed_logs = map.duration_or("keep_failed", config.keep_failed_logs);
    map.done();
    if (config.keep_logs <= Duration(0)) map.fail("keep", "must be more than 0");
    if (config.keep_failed_logs < config.keep_logs)
        map.fail("keep_failed", "must not be below keep");
}

}  // namespace

SchedulerConfig load_config(const std::filesystem::path& path) {
    YamlMap file = YamlMap::from_file(path);
    SchedulerConfig config;
    config.state = file.path("state");
    config.token_file = file.path_or("token_file", "");
    config.releases = file.path("releases");
    config.benchmarks = file.path("benchmarks");
    config.audit_exceptions = file.path_or("audit_exceptions", "");
    config.mock_configs = file.path("mock_configs");
    config.published = file.path_or("published", config.state / "published");
    config.published_url = read_url(file, config.published);
    YamlMap signer = file.map_or_empty("signer");
    config.signer_socket = signer.path_or("socket", "");
    signer.done();
    read_listen(file.map_or_empty("listen"), config);
    YamlMap database = file.map_or_empty("database");
    config.database_dsn = database.text_or("dsn", "");
    database.done();
    read_lease(file.map_or_empty("lease"), config);
    read_retry(file.map_or_empty("retry"), config.retry);
    read_health(file.map_or_empty("worker_health"), config.health);
    read_placement(file.map_or_empty("placement"), config.placement);
    config.buildroot_base = file.texts_or("buildroot_base", config.buildroot_base);
    read_timeouts(file.map_or_empty("timeouts"), config);
    read_limits(file.map_or_empty("limits"), config.limits);
    read_logs(file.map_or_empty("logs"), config);
    read_repos(file.map_or_empty("repos"), config.keeping);
    YamlMap log = file.map_or_empty("log");
    config.log_level = log.word_or("level", config.log_level);
    log.done();
    file.done();
    return config;
}

}  // namespace terrace::scheduler
