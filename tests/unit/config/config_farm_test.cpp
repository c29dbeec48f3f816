#include "scheduler/app/config_farm.hpp"

#include <doctest/doctest.h>

#include "scheduler/app/config.hpp"
#include "tests/unit/config/config_files.hpp"

using namespace terrace;
using test::ConfigFiles;

namespace {

const std::string kRelease =
    "release: mini-1\n"
    "dist_suffix: mini1\n"
    "streams: [testing, stable]\n"
    "variants:\n"
    "  - {name: base, target_arch: x86_64, target_level: x86_64, mock_config: base}\n"
    "  - name: fast\n"
    "    target_arch: x86_64_v3\n"
    "    target_level: x86_64_v3\n"
    "    run_level: x86_64_v2\n"
    "    encoding: flags\n"
    "    mock_config: base\n"
    "    defines: ['__cflags_arch_x86_64_level -v3']\n"
    "gate: {gain_min: 0.03, loss_max: 0.02, noise_max: 0.5, looks: [6, 12], aa_share: 0.125, "
    "false_discovery_max: "
    "0.1,\n"
    "  parity: report, inherit: same_builds, inherit_max: 30d, vendors: [GenuineIntel, "
    "AuthenticAMD],\n"
    "  size_growth_max: 0.25}\n"
    "signing: gnupg\n";

const std::string kBenchmark =
    "package: xz\n"
    "install: [xz, xz-libs]\n"
    "corpus: |\n"
    "  head -c 3M /dev/zero > text\n"
    "benchmarks:\n"
    "  - {name: compress, command: xz -c text, role: primary}\n"
    "  - {name: decompress, command: xz -dc text.xz, role: guarded}\n";

core::ReleaseSpec release_of(const std::string& text) {
    const ConfigFiles files;
    files.write("mock/base.cfg", "config_opts['root'] = 'base'\n");
    return scheduler::load_release(files.write("release.yaml", text), files.path("mock"));
}

std::string release_error(const std::string& from, const std::string& to) {
    return test::config_error([&] { release_of(test::with(kRelease, from, to)); });
}

std::string benchmark_error(const std::string& from, const std::string& to) {
    const ConfigFiles files;
    const auto path = files.write("benchmark.yaml", test::with(kBenchmark, from, to));
    return test::config_error([&] { scheduler::load_benchmark(path); });
}

}  // namespace

TEST_CASE("a release file gives the release") {
    const core::ReleaseSpec release = release_of(kRelease);
    CHECK(release.name == "mini-1");
    CHECK(release.dist_suffix == "mini1");
    CHECK(release.streams == std::vector<std::string>{"testing", "stable"});
    REQUIRE(release.variants.size() == 2);
    CHECK(release.baseline().name == "base");
    CHECK(release.baseline().run_level == Level::x86_64);
    CHECK(release.baseline().encoding == Encoding::arch);
    const core::VariantSpec& fast = release.variants[1];
    CHECK(fast.target_arch == "x86_64_v3");
    CHECK(fast.target_level == Level::x86_64_v3);
    CHECK(fast.run_level == Level::x86_64_v2);
    CHECK(fast.encoding == Encoding::flags);
    CHECK(fast.mock_config == "base");
    CHECK(fast.defines == std::vector<std::string>{"__cflags_arch_x86_64_level -v3"});
    CHECK(fast.digest.size() == 64);
    CHECK(fast.digest != release.baseline().digest);
    CHECK(release.gate.gain_min == 0.03);
    CHECK(release.gate.looks == std::vector<int>{6, 12});
    CHECK(release.gate.false_discovery_max == 0.1);
    CHECK(release.gate.aa_share == 0.125);
    CHECK(release.gate.audit == core::FindingPolicy::report);
    CHECK(release.gate.parity == core::FindingPolicy::report);
    CHECK(release.gate.inherit == core::InheritPolicy::same_builds);
    CHECK(release.gate.inherit_max == std::chrono::days(30));
    CHECK(release.gate.vendors == std::vector<std::string>{"GenuineIntel", "AuthenticAMD"});
    CHECK(release.gate.size_growth_max == 0.25);
    CHECK(release.signing == Signing::gnupg);
}

TEST_CASE("what is wrong in a release file is named with its file and line") {
    CHECK(release_error("release: mini-1", "release: ../x")
              .starts_with("release.yaml:1: key 'release'"));
    CHECK(release_error("mini1", "mini-1").starts_with("release.yaml:2: key 'dist_suffix'"));
    CHECK(release_error("[testing, stable]", "[]").starts_with("release.yaml:3: key 'streams'"));
    CHECK(release_error("stable", "testing")
              .starts_with("release.yaml:3: key 'streams': 'testing' is"));
    CHECK(release_error("name: fast", "name: base") ==
          "release.yaml:6: key 'variants[1].name': 'base' is there twice");
    CHECK(release_error("name: fast", "name: .fast")
              .starts_with("release.yaml:6: key 'variants[1].name'"));
    CHECK(release_error("run_level: x86_64_v2", "run_level: x86_64_v4")
              .starts_with("release.yaml:9: key 'variants[1].run_level': must not be above"));
    CHECK(release_error("target_level: x86_64,", "target_level: x86_64_v4,")
              .starts_with("release.yaml:8: key 'variants[1].target_level': is below"));
    CHECK(release_error("target_level: x86_64,", "target_level: none,")
              .starts_with("release.yaml:5: key 'variants[0].target_level'"));
    CHECK(release_error("encoding: flags", "encoding: flag") ==
          "release.yaml:10: key 'variants[1].encoding': 'flag' is none of: arch, flags");
    CHECK(release_error("level -v3", "level")
              .starts_with("release.yaml:12: key 'variants[1].defines'"));
    CHECK(release_error("mock_config: base}", "mock_config: gone}")
              .starts_with("release.yaml:5: key 'variants[0].mock_config': cannot open"));
    CHECK(release_error("gain_min", "gain").starts_with("release.yaml:13: key 'gate.gain'"));
    CHECK(release_error("loss_max: 0.02", "loss_max: 2")
              .starts_with("release.yaml:13: key 'gate.loss"));
    CHECK(release_error("signing: gnupg\n", "").find("key 'signing': is missing") !=
          std::string::npos);
    CHECK(release_error("gnupg", "yes") ==
          "release.yaml:16: key 'signing': 'yes' is none of: none, gnupg");
    CHECK(release_error("0.5", ".nan").starts_with("release.yaml:13: key 'gate.noise_max'"));
    for (const std::string looks :
         {"[]", "[2, 6]", "[6, 9]", "[12, 6]", "[6, 6]", "[x]", "[2002]"}) {
        CAPTURE(looks);
        CHECK(release_error("[6, 12]", looks).starts_with("release.yaml:13: key 'gate.looks'"));
    }
    CHECK(release_error("0.1,", "1.5,").find("gate.false_discovery_max") != std::string::npos);
    CHECK(release_error("AuthenticAMD", "AMD") ==
          "release.yaml:14: key 'gate.vendors': 'AMD' is no vendor of x86-64 CPUs: GenuineIntel, "
          "AuthenticAMD, HygonGenuine or CentaurHauls");
    CHECK(release_error("AuthenticAMD", "GenuineIntel").find("is there twice") !=
          std::string::npos);
    CHECK(release_error("same_builds", "all").find("none, same_builds, patch_level") !=
          std::string::npos);
    CHECK(release_error("0.25}", "-1}").find("gate.size_growth_max") != std::string::npos);
    for (const std::string share : {"-0.1", "1.01", ".nan"}) {
        CAPTURE(share);
        CHECK(release_error("0.125", share).find("gate.aa_share") != std::string::npos);
    }
}

TEST_CASE("a gate's policy is read as in a release file, whole or alone") {
    const auto gain_of = [](const std::string& yaml) {
        const auto policy = scheduler::parse_gate_policy(yaml);
        REQUIRE(policy.has_value());
        CHECK(policy->aa_share == 0.05);  // what is not said is the default
        return policy->gain_min;
    };
    CHECK(gain_of("gain_min: 0.03\n") == 0.03);
    CHECK(gain_of("gate: {gain_min: 0.03}\n") == 0.03);
    CHECK(gain_of("release: f45\ngate:\n  gain_min: 0.03\nsigning: none\n") == 0.03);
    for (const std::string wrong :
         {"gain: 1\n", "gate: {gain: 1}\n", "gain_min: much\n", "- 1\n", "{"}) {
        CAPTURE(wrong);
        const auto policy = scheduler::parse_gate_policy(wrong);
        REQUIRE(policy.has_error());
        CHECK(policy.error().code == Errc::invalid_argument);
        CHECK(policy.error().message.starts_with("policy"));
    }
}

TEST_CASE("a benchmark file gives what to measure") {
    const ConfigFiles files;
    const BenchmarkFile file = scheduler::load_benchmark(files.write("xz.yaml", kBenchmark));
    CHECK(file == BenchmarkFile{"xz",
                                {"xz", "xz-libs"},
                                "head -c 3M /dev/zero > text\n",
                                {{"compress", "xz -c text", BenchmarkRole::primary},
                                 {"decompress", "xz -dc text.xz", BenchmarkRole::guarded}}});
}

TEST_CASE("what is wrong in a benchmark file is named with its file and line") {
    CHECK(benchmark_error("role: primary", "role: guarded")
              .starts_with("benchmark.yaml:5: key 'benchmarks': at least one must be primary"));
    CHECK(benchmark_error("name: decompress", "name: compress")
              .starts_with("benchmark.yaml:7: key 'benchmarks[1].name'"));
    CHECK(benchmark_error("command: xz -c", "comand: xz -c")
              .starts_with("benchmark.yaml:6: key 'benchmarks[0].command': is missing"));
    CHECK(benchmark_error("install:", "instal:").starts_with("benchmark.yaml:1: key 'install'"));
}

TEST_CASE("a farm has every release and benchmark of its directories, and its own times") {
    const ConfigFiles files;
    files.write("mock/base.cfg", "");
    files.write("releases/one.yaml", kRelease);
    files.write("releases/two.yaml", test::with(kRelease, "mini-1", "mini-2"));
    files.write("releases/README", "not yaml: [");
    files.write("benchmarks/xz.yaml", kBenchmark);
    scheduler::SchedulerConfig config;
    config.releases = files.path("releases");
    config.benchmarks = files.path("benchmarks");
    config.mock_configs = files.path("mock");
    config.lease_length = std::chrono::minutes(3);
    config.retry.infra_failures_max = 9;
    CHECK(test::config_error([&] {
              scheduler::load_farm_config(config);
          }).find("scheduler.yaml names no signer: set signer.socket") != std::string::npos);
    config.signer_socket = "/run/signer";
    const core::FarmConfig farm = scheduler::load_farm_config(config);
    CHECK(farm.releases.size() == 2);
    CHECK(farm.releases.at("mini-2").name == "mini-2");
    CHECK(farm.benchmarks.at("xz").benchmarks.size() == 2);
    CHECK(farm.lease_length == std::chrono::minutes(3));
    CHECK(farm.retry.infra_failures_max == 9);

    files.write("releases/three.yaml", kRelease);
    CHECK(test::config_error([&] { scheduler::load_farm_config(config); }) ==
          "three.yaml: another file is about mini-1, too");
    config.releases = files.path("benchmarks");
    CHECK(
        test::config_error([&] { scheduler::load_farm_config(config); }).starts_with("xz.yaml:1:"));
    config.releases = files.path("mock");
    CHECK(test::config_error([&] {
              scheduler::load_farm_config(config);
          }).find("no release file") != std::string::npos);
    config.releases = files.path("gone");
    CHECK(test::config_error([&] { scheduler::load_farm_config(config); }) ==
          "gone: No such file or directory");
}
