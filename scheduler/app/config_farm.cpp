#include "scheduler/app/config_farm.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/runtime/audit_exceptions.hpp"
#include "common/runtime/yaml_reader.hpp"
#include "scheduler/app/config.hpp"
#include "scheduler/app/config_compose.hpp"
#include "scheduler/app/config_mock_digest.hpp"
#include "scheduler/app/config_rules.hpp"

namespace terrace::scheduler {
namespace {

namespace fs = std::filesystem;
using runtime::YamlMap;

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Names become parts of paths, URLs and command lines. So none begins with a dot or a dash.
bool is_name(std::string_view text) {
    const auto fits = [](char c) {
        return is_alphanumeric(c) || std::string_view("._+-").find(c) != std::string_view::npos;
    };
    return !text.empty() && is_alphanumeric(text.front()) && std::ranges::all_of(text, fits);
}

void check_name(const YamlMap& map, const std::string& key, const std::string& name) {
    if (is_name(name)) return;
    map.fail(key,
             "'" + name + "' is no name: letters, digits and . _ + -, a letter or digit first");
}

std::string name_at(YamlMap& map, const std::string& key) {
    std::string name = map.text(key);
    check_name(map, key, name);
    return name;
}

/// A list of names, none of them twice.
std::vector<std::string> names_at(YamlMap& map, const std::string& key) {
    std::vector<std::string> names = map.texts(key);
    std::set<std::string> seen;
    for (const std::string& name : names) {
        check_name(map, key, name);
        if (!seen.insert(name).second) map.fail(key, "'" + name + "' is there twice");
    }
    return names;
}

Level level_at(YamlMap& map, const std::string& key) {
    const Level level = map.word<Level>(key);
    if (level == Level::none) map.fail(key, "must be a level that something is built for");
    return level;
}

core::VariantSpec read_variant(YamlMap map, const fs::path& mock_configs) {
    core::VariantSpec variant;
    variant.name = name_at(map, "name");
    variant.target_arch = name_at(map, "target_arch");
    variant.target_level = level_at(map, "target_level");
    variant.run_level = map.has("run_level") ? level_at(map, "run_level") : variant.target_level;
    variant.encoding = map.word_or("encoding", variant.encoding);
    variant.mock_config = name_at(map, "mock_config");
    variant.defines = map.texts_or("defines", {});
    map.done();
    if (variant.run_level > variant.target_level) {
        map.fail("run_level", "must not be above target_level: %check runs what was compiled");
    }
    for (const std::string& define : variant.defines) {
        if (define.find(' ') == std::string::npos) {
            map.fail("defines", "'" + define + "' must be a macro's name, a space and its value");
        }
    }
    try {
        variant.digest = variant_digest(variant, mock_configs);
    } catch (const std::system_error& e) {
        map.fail("mock_config", e.what());
    }
    return variant;
}

std::vector<core::VariantSpec> read_variants(YamlMap& map, const fs::path& mock_configs) {
    std::vector<core::VariantSpec> variants;
    for (YamlMap& element : map.maps("variants")) {
        core::VariantSpec variant = read_variant(element, mock_configs);
        const auto same_name = [&](const core::VariantSpec& other) {
            return other.name == variant.name;
        };
        if (std::ranges::any_of(variants, same_name)) {
            element.fail("name", "'" + variant.name + "' is there twice");
        }
        if (!variants.empty() && variant.target_level < variants.front().target_level) {
            element.fail("target_level",
                         "is below that of " + variants.front().name +
                             ", but the first variant is the baseline and the lowest");
        }
        variants.push_back(std::move(variant));
    }
    if (variants.empty()) map.fail("variants", "must hold at least the baseline");
    return variants;
}

double read_share(YamlMap& map, const std::string& key) {
    const double share = map.number(key);
    if (share <= 0 || share >= 1) map.fail(key, "must be between 0 and 1");
    return share;
}

/// Pairs come in blocks of two, and less than two blocks say nothing of their spread.
std::vector<int> read_looks(YamlMap& map) {
    constexpr int kPairsMax = 2000;
    std::vector<int> looks;
    for (const std::string& text : map.texts("looks")) {
        int pairs = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pairs);
        const bool is_number = error == std::errc() && end == text.data() + text.size();
        const int least = looks.empty() ? 4 : looks.back() + 2;
        if (!is_number || pairs % 2 != 0 || pairs < least || pairs > kPairsMax) {
            map.fail("looks", "'" + text + "' must be an even number of pairs, at least 4, above " +
                                  "the one before, and at most " + std::to_string(kPairsMax));
        }
        looks.push_back(pairs);
    }
    if (looks.empty()) map.fail("looks", "must name at least one number of pairs");
    return looks;
}

/// As CPUID says them. Another spelling would wait for such a worker for ever.
std::vector<std::string> read_vendors(YamlMap& map) {
    static const std::set<std::string> kKnown = {"GenuineIntel", "AuthenticAMD", "HygonGenuine",
                                                 "CentaurHauls"};
    std::vector<std::string> vendors = names_at(map, "vendors");
    for (const std::string& vendor : vendors) {
        if (!kKnown.contains(vendor)) {
            map.fail("vendors", "'" + vendor +
                                    "' is no vendor of x86-64 CPUs: GenuineIntel, AuthenticAMD, "
                                    "HygonGenuine or CentaurHauls");
        }
    }
    return vendors;
}

core::GatePolicy read_gate(YamlMap map) {
    core::GatePolicy gate;
    gate.gain_min = map.number_or("gain_min", gate.gain_min);
    if (map.has("loss_max")) gate.loss_max = read_share(map, "loss_max");
    gate.noise_max = map.number_or("noise_max", gate.noise_max);
    if (map.has("looks")) gate.looks = read_looks(map);
    if (map.has("false_discovery_max"))
        gate.false_discovery_max = read_share(map, "false_discovery_max");
    gate.aa_share = map.number_or("aa_share", gate.aa_share);
    gate.no_benchmark = map.word_or("no_benchmark", gate.no_benchmark);
    gate.hold = map.word_or("hold", gate.hold);
    gate.audit = map.word_or("audit", gate.audit);
    gate.parity = map.word_or("parity", gate.parity);
    gate.inherit = map.word_or("inherit", gate.inherit);
    gate.inherit_max = map.duration_or("inherit_max", gate.inherit_max);
    if (map.has("vendors")) gate.vendors = read_vendors(map);
    if (map.has("size_growth_max")) gate.size_growth_max = map.number("size_growth_max");
    map.done();
    if (gate.gain_min < 0) map.fail("gain_min", "must not be below 0");
    if (!(gate.aa_share >= 0 && gate.aa_share <= 1))
        map.fail("aa_share", "must be at least 0 and at most 1");
    if (gate.size_growth_max.value_or(0) < 0) map.fail("size_growth_max", "must not be below 0");
    if (gate.noise_max <= 0) map.fail("noise_max", "must be above 0");
    return gate;
}

std::vector<Benchmark> read_benchmarks(YamlMap& map) {
    std::vector<Benchmark> benchmarks;
    bool any_primary = false;
    for (YamlMap& element : map.maps("benchmarks")) {
        Benchmark benchmark;
        benchmark.name = name_at(element, "name");
        benchmark.command = element.text("command");
        benchmark.role = element.word<BenchmarkRole>("role");
        if (element.has("loss_max")) benchmark.loss_max = read_share(element, "loss_max");
        element.done();
        const auto same_name = [&](const Benchmark& other) { return other.name == benchmark.name; };
        if (std::ranges::any_of(benchmarks, same_name)) {
            element.fail("name", "'" + benchmark.name + "' is there twice");
        }
        any_primary = any_primary || benchmark.role == BenchmarkRole::primary;
        benchmarks.push_back(std::move(benchmark));
    }
    if (!any_primary) map.fail("benchmarks", "at least one must be primary: it alone can promote");
    return benchmarks;
}

/// In order of their names, so that messages are the same everywhere.
std::vector<fs::path> yaml_files(const fs::path& directory) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    if (error) throw runtime::ConfigError(directory.string() + ": " + error.message());
    std::ranges::sort(files);
    return files;
}

/// Adds `value` under `name`; refuses a second one.
template <class Value>
void add_once(std::map<std::string, Value>& to,
              const std::string& name,
              Value value,
              const fs::path& file) {
    if (to.emplace(name, std::move(value)).second) return;
    throw runtime::ConfigError(file.string() + ": another file is about " + name + ", too");
}

}  // namespace

core::ReleaseSpec load_release(const fs::path& path, const fs::path& mock_configs) {
    YamlMap map = YamlMap::from_file(path);
    core::ReleaseSpec release;
    release.name = name_at(map, "release");
    release.dist_suffix = name_at(map, "dist_suffix");
    if (release.dist_suffix.find('-') != std::string::npos) {
        map.fail("dist_suffix", "must have no dash: it is part of each package's release");
    }
    release.streams = names_at(map, "streams");
    if (release.streams.empty()) map.fail("streams", "must name at least one");
    release.composes_kept = static_cast<std::size_t>(
        map.whole_or("composes_kept", static_cast<std::int64_t>(release.composes_kept), 1, 1000));
    release.variants = read_variants(map, mock_configs);
    if (!map.has("signing"))
        map.fail("signing", "is missing: say gnupg, or none if clients shall check no signature");
    release.signing = map.word<Signing>("signing");
    release.gate = read_gate(map.map_or_empty("gate"));
    release.compose = read_compose_policy(map.map_or_empty("compose"));
    release.metadata = {map.path_or("comps", ""), map.path_or("updateinfo", "")};
    release.on_failed_dependency =
        map.word_or("on_failed_dependency", release.on_failed_dependency);
    release.packages = read_package_rules(map, release);
    map.done();
    return release;
}

Result<core::GatePolicy> parse_gate_policy(const std::string& yaml) {
    try {
        YamlMap map = YamlMap::from_text(yaml, "policy");
        return read_gate(map.has("gate") ? map.map("gate") : std::move(map));
    } catch (const runtime::ConfigError& e) {
        return Error{Errc::invalid_argument, e.what()};
    }
}

BenchmarkFile load_benchmark(const fs::path& path) {
    YamlMap map = YamlMap::from_file(path);
    BenchmarkFile file;
    file.package = name_at(map, "package");
    file.install = names_at(map, "install");
    file.corpus = map.text_or("corpus", "");
    file.benchmarks = read_benchmarks(map);
    map.done();
    return file;
}

core::FarmConfig load_farm_config(const SchedulerConfig& config) {
    core::FarmConfig farm;
    for (const fs::path& file : yaml_files(config.releases)) {
        core::ReleaseSpec release = load_release(file, config.mock_configs);
        if (release.signing == Signing::gnupg && config.signer_socket.empty()) {
            throw runtime::ConfigError(file.string() +
                                       ": key 'signing' is gnupg, but scheduler.yaml names no "
                                       "signer: set signer.socket there, or say none here");
        }
        add_once(farm.releases, std::string(release.name), std::move(release), file);
    }
    if (farm.releases.empty()) {
        throw runtime::ConfigError(
            config.releases.string() +
            ": there is no release file (*.yaml), so there is nothing to build");
    }
    for (const fs::path& file : yaml_files(config.benchmarks)) {
        BenchmarkFile benchmark = load_benchmark(file);
        add_once(farm.benchmarks, std::string(benchmark.package), std::move(benchmark), file);
    }
    if (!config.audit_exceptions.empty())
        farm.audit_exceptions = runtime::read_audit_exceptions(config.audit_exceptions);
    farm.retry = config.retry;
    farm.health = config.health;
    farm.placement = config.placement;
    farm.lease_length = config.lease_length;
    farm.heartbeat_interval = config.heartbeat_interval;
    farm.build_timeout = config.build_timeout;
    farm.build_silence = config.build_silence;
    farm.comparison_timeout = config.comparison_timeout;
    farm.keeping = config.keeping;
    return farm;
}

}  // namespace terrace::scheduler
