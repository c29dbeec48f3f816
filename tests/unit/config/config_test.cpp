#include "scheduler/app/config.hpp"

#include <doctest/doctest.h>

#include "tests/unit/config/config_files.hpp"

using namespace terrace;
using namespace std::chrono_literals;
using test::ConfigFiles;

namespace {

const std::string kLeast = "state: /srv/state\nreleases: r\nbenchmarks: b\nmock_configs: m\n";

scheduler::SchedulerConfig load(const std::string& text) {
    const ConfigFiles files;
    return scheduler::load_config(files.write("scheduler.yaml", text));
}

std::string error_of(const std::string& more) {
    return test::config_error([&] { load(kLeast + more); });
}

}  // namespace

TEST_CASE("every default is as documented") {
    const ConfigFiles files;
    const auto config = scheduler::load_config(files.write("scheduler.yaml", kLeast));
    CHECK(config.state == "/srv/state");
    CHECK(config.published == "/srv/state/published");
    CHECK(config.published_url == "file:///srv/state/published");
    CHECK(config.signer_socket.empty());
    CHECK(config.releases == files.path("r"));
    CHECK(config.address == "127.0.0.1");
    CHECK(config.port == 7480);
    CHECK(config.token_file.empty());
    CHECK(config.database_dsn.empty());
    CHECK(config.lease_length == 60s);
    CHECK(config.heartbeat_interval == 10s);
    CHECK(config.retry.infra_failures_max == 5);
    CHECK(config.retry.attempts_max == 20);
    CHECK(config.health == core::HealthPolicy{});
    CHECK(config.retry.delay_min == 10s);
    CHECK(config.retry.delay_max == 30min);
    CHECK(config.build_timeout == 4h);
    CHECK(config.build_silence == 30min);
    CHECK(config.comparison_timeout == 1h);
    CHECK(config.limits.body_bytes == 1073741824);
    CHECK(config.keep_logs == std::chrono::days(30));
    CHECK(config.keep_failed_logs == std::chrono::days(90));
    CHECK(config.keeping == core::KeepingPolicy());
    CHECK(config.log_level == runtime::LogLevel::info);
}

TEST_CASE("every key is read") {
    const auto config = load(
        kLeast +
        "listen: {address: 10.0.0.1, port: 80}\ntoken_file: /etc/token\ndatabase: {dsn: dbname=x}\n"
        "published: /srv/www\npublished_url: https://example.org/r//\nsigner: {socket: "
        "/run/s}\nlease: {length: 2m, heartbeat: 5s}\n"
        "retry: {infra_failures_max: 2, attempts_max: 3, delay_min: 1s, delay_max: 2s}\n"
        "worker_health: {suspect_after: 2, quarantine_after: 6, quarantine_after_any: 7, probes: "
        "4, "
        "probe_delay_min: 1m, probe_delay_max: 1h}\n"
        "timeouts: {build: 1h, silence: 5m, comparison: 2h}\nlog: {level: debug}\n"
        "logs: {keep: 1d, keep_failed: 2d}\n"
        "repos: {keep_builds: 3d, keep_objects: 4h}\n"
        "limits: {body_bytes: 1, json_bytes: 2, log_bytes: 3, connections: 4, "
        "database_connections: 5, "
        "inbox: 6}\n");
    CHECK(config.address == "10.0.0.1");
    CHECK(config.keeping == core::KeepingPolicy{std::chrono::days(3), 4h});
    CHECK(config.port == 80);
    CHECK(config.token_file == "/etc/token");
    CHECK(config.database_dsn == "dbname=x");
    CHECK(config.published == "/srv/www");
    CHECK(config.published_url == "https://example.org/r");
    CHECK(config.signer_socket == "/run/s");
    CHECK(config.lease_length == 2min);
    CHECK(config.heartbeat_interval == 5s);
    CHECK(config.retry.infra_failures_max == 2);
    CHECK(config.retry.attempts_max == 3);
    CHECK(config.health == core::HealthPolicy{.suspect_after = 2,
                                              .quarantine_after = 6,
                                              .quarantine_after_any = 7,
                                              .probes = 4,
                                              .probe_delay_min = 1min,
                                              .probe_delay_max = 1h});
    CHECK(config.retry.delay_min == 1s);
    CHECK(config.retry.delay_max == 2s);
    CHECK(config.build_timeout == 1h);
    CHECK(config.build_silence == 5min);
    CHECK(config.comparison_timeout == 2h);
    CHECK(config.limits.body_bytes == 1);
    CHECK(config.limits.json_bytes == 2);
    CHECK(config.limits.log_bytes == 3);
    CHECK(config.limits.connections == 4);
    CHECK(config.limits.database_connections == 5);
    CHECK(config.limits.inbox == 6);
    CHECK(config.log_level == runtime::LogLevel::debug);
}

TEST_CASE("a mistyped key is named with its file and line") {
    CHECK(error_of("lissen: {port: 80}\n")
              .starts_with("scheduler.yaml:5: key 'lissen': is not known"));
    CHECK(error_of("listen:\n  prot: 80\n")
              .starts_with("scheduler.yaml:6: key 'listen.prot': is not"));
    CHECK(error_of("lease: {length: 60}\n")
              .starts_with("scheduler.yaml:5: key 'lease.length': must be"));
    CHECK(error_of("listen: {port: 70000}\n") ==
          "scheduler.yaml:5: key 'listen.port': must be at most 65535");
    CHECK(test::config_error([] { load("state: x\n"); }) ==
          "scheduler.yaml:1: key 'releases': is missing");
}

TEST_CASE("values that contradict each other are refused") {
    CHECK(error_of("lease: {length: 15s}\n").starts_with("scheduler.yaml:5: key 'lease.length'"));
    CHECK(error_of("lease: {heartbeat: 0s}\n")
              .starts_with("scheduler.yaml:5: key 'lease.heartbeat'"));
    CHECK(error_of("repos: {keep_objects: 0s}\n")
              .starts_with("scheduler.yaml:5: key 'repos.keep_objects'"));
    CHECK(error_of("retry: {delay_max: 1s}\n")
              .starts_with("scheduler.yaml:5: key 'retry.delay_max'"));
    CHECK(
        error_of("timeouts: {build: 0s}\n").starts_with("scheduler.yaml:5: key 'timeouts.build'"));
}

TEST_CASE("a farm that other machines reach needs a token") {
    for (const char* address : {"0.0.0.0", "10.0.0.1", "'::'", "'2001:db8::1'"}) {
        CAPTURE(address);
        const std::string listen = std::string("listen:\n  address: ") + address + "\n";
        CHECK(error_of(listen).find("set token_file") != std::string::npos);
        CHECK(error_of(listen + "token_file: t\n") == "no error");
    }
    for (const char* address : {"127.0.0.1", "127.1.2.3", "'::1'", "localhost"}) {
        CAPTURE(address);
        CHECK(error_of(std::string("listen:\n  address: ") + address + "\n") == "no error");
    }
    CHECK(error_of("listen: {address: example.org}\n").find("neither an IP address") !=
          std::string::npos);
}

TEST_CASE("where clients find what is published is a URL that dnf reads") {
    CHECK(error_of("published_url: /srv/www\n").find("key 'published_url'") != std::string::npos);
    CHECK(error_of("published_url: 'https://a b'\n").find("key 'published_url'") !=
          std::string::npos);
}
