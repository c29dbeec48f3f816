#include <doctest/doctest.h>

#include <regex>
#include <string>

#include "common/os/files.hpp"
#include "common/runtime/yaml_reader.hpp"
#include "scheduler/app/config.hpp"
#include "scheduler/app/config_farm.hpp"
#include "tests/unit/config/config_files.hpp"

using namespace terrace;
namespace fs = std::filesystem;

namespace {

const fs::path kExamples = "deploy/examples";

/// The file as it would be with every key that stands behind a '#' in the first column switched on.
std::string with_all_keys(const fs::path& path) {
    static const std::regex commented_key("(^|\n)#( *[a-z_]+:)");
    return std::regex_replace(os::read_file(path), commented_key, "$1$2");
}

}  // namespace

TEST_CASE("the scheduler's example loads, and is the defaults with and without its comments") {
    const auto plain = scheduler::load_config(kExamples / "scheduler.yaml");
    const test::ConfigFiles files;
    const auto full = scheduler::load_config(
        files.write("full.yaml", with_all_keys(kExamples / "scheduler.yaml")));
    CHECK(plain.published == full.published);
    CHECK(plain.published_url == full.published_url);
    CHECK(full.signer_socket == "/run/terrace-signer/socket");
    CHECK(plain.address == full.address);
    CHECK(plain.port == full.port);
    CHECK(plain.lease_length == full.lease_length);
    CHECK(plain.heartbeat_interval == full.heartbeat_interval);
    CHECK(plain.retry.infra_failures_max == full.retry.infra_failures_max);
    CHECK(plain.retry.attempts_max == full.retry.attempts_max);
    CHECK(plain.health == full.health);
    CHECK(plain.retry.delay_min == full.retry.delay_min);
    CHECK(plain.retry.delay_max == full.retry.delay_max);
    CHECK(plain.placement.background_headroom == full.placement.background_headroom);
    CHECK(plain.placement.quick_slots == full.placement.quick_slots);
    CHECK(plain.placement.quick_build == full.placement.quick_build);
    CHECK(plain.placement.fair_share_half_life == full.placement.fair_share_half_life);
    CHECK(plain.placement.reserve_after == full.placement.reserve_after);
    CHECK(plain.placement.unplaceable_after == full.placement.unplaceable_after);
    CHECK(plain.placement.confirm_above == full.placement.confirm_above);
    CHECK(plain.placement.unknown == full.placement.unknown);
    CHECK(plain.buildroot_base == full.buildroot_base);
    CHECK(plain.build_timeout == full.build_timeout);
    CHECK(plain.build_silence == full.build_silence);
    CHECK(plain.comparison_timeout == full.comparison_timeout);
    CHECK(plain.limits.body_bytes == full.limits.body_bytes);
    CHECK(plain.limits.json_bytes == full.limits.json_bytes);
    CHECK(plain.limits.log_bytes == full.limits.log_bytes);
    CHECK(plain.limits.connections == full.limits.connections);
    CHECK(plain.limits.database_connections == full.limits.database_connections);
    CHECK(plain.limits.inbox == full.limits.inbox);
    CHECK(plain.keeping == full.keeping);
    CHECK(plain.keep_logs == full.keep_logs);
    CHECK(plain.keep_failed_logs == full.keep_failed_logs);
    CHECK(plain.log_level == full.log_level);
    CHECK(full.token_file == files.path("token"));
    CHECK_FALSE(full.database_dsn.empty());
}

TEST_CASE("the example releases load with the mock configs of this repository") {
    const core::ReleaseSpec mini =
        scheduler::load_release(kExamples / "release-mini-1.yaml", "mock-configs");
    CHECK(mini.name == "mini-1");
    CHECK(mini.variants.size() == 2);
    const core::ReleaseSpec fedora =
        scheduler::load_release(kExamples / "release-fedora-45.yaml", "mock-configs");
    CHECK(fedora.name == "fedora-45");
    const core::ReleaseSpec azure =
        scheduler::load_release(kExamples / "release-azurelinux-4.0.yaml", "mock-configs");
    CHECK(azure.name == "azurelinux-4.0");
    CHECK(azure.baseline().target_level == Level::x86_64_v2);
    const core::ReleaseSpec alma =
        scheduler::load_release(kExamples / "release-almalinux-10.yaml", "mock-configs");
    CHECK(alma.name == "almalinux-10");
    CHECK(alma.baseline().target_level == Level::x86_64_v3);
    for (const core::ReleaseSpec& release : {fedora, azure, alma}) {
        for (const core::VariantSpec& variant : release.variants) {
            CAPTURE(variant.name);
            const bool by_arch = variant.encoding == Encoding::arch;
            const bool is_baseline = &variant == &release.variants.front();
            CHECK(variant.target_arch ==
                  (by_arch && !is_baseline ? name_of(variant.target_level) : "x86_64"));
            CHECK(variant.mock_config ==
                  release.name + "-" + (is_baseline ? "x86_64" : name_of(variant.target_level)) +
                      (by_arch ? "" : "-flags"));
        }
    }
    const core::GatePolicy defaults;
    for (const core::ReleaseSpec& release : {mini, fedora, azure, alma}) {
        CHECK(release.gate.gain_min == defaults.gain_min);
        CHECK(release.gate.loss_max == defaults.loss_max);
        CHECK(release.gate.noise_max == defaults.noise_max);
        CHECK(release.gate.looks == defaults.looks);
        CHECK(release.gate.false_discovery_max == defaults.false_discovery_max);
        CHECK(release.gate.aa_share == defaults.aa_share);
        CHECK(release.gate.audit == defaults.audit);
        CHECK(release.gate.parity == defaults.parity);
        CHECK(release.gate.inherit == defaults.inherit);
        CHECK(release.gate.inherit_max == defaults.inherit_max);
        CHECK(release.gate.vendors == defaults.vendors);
        CHECK(release.gate.size_growth_max == defaults.size_growth_max);
        CHECK(release.compose.abi_group_libraries == core::ComposePolicy().abi_group_libraries);
    }
}

TEST_CASE("the benchmarks of this repository load") {
    int count = 0;
    for (const auto& entry : fs::directory_iterator("deploy/benchmarks")) {
        if (entry.path().extension() != ".yaml") continue;
        CAPTURE(entry.path());
        const BenchmarkFile file = scheduler::load_benchmark(entry.path());
        CHECK(file.package == entry.path().stem());
        ++count;
    }
    CHECK(count >= 12);
}

TEST_CASE("the worker's example has every key once and nothing else") {
    const auto yaml =
        runtime::YamlMap::from_text(with_all_keys(kExamples / "worker.yaml"), "worker.yaml");
    runtime::YamlMap worker = yaml;
    CHECK(worker.text("scheduler") == "http://127.0.0.1:7480");
    for (const char* key : {"name", "token_file", "state", "slots", "level_max", "mock_command",
                            "mock_configs", "slot_users", "isolation", "attempt_log", "build_roots",
                            "disk_free_min", "sandbox", "results_max", "drain", "log"}) {
        CAPTURE(key);
        CHECK(worker.has(key));
    }
    CHECK_NOTHROW(worker.done());
}
