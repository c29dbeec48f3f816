#include "scheduler/app/config_rules.hpp"

#include <utility>

#include "common/vocab/cpu_level.hpp"

namespace terrace::scheduler {
namespace {

using runtime::YamlMap;

constexpr std::int64_t kBytesMax = std::int64_t{1} << 50;

core::PackageRule read_rule(YamlMap& map, const core::ReleaseSpec& release) {
    core::PackageRule rule;
    rule.exclude = map.flag_or("exclude", false);
    rule.never = map.texts_or("never", {});
    for (const std::string& variant : rule.never) {
        if (!release.variant(variant)) map.fail("never", "there is no variant '" + variant + "'");
        if (variant == release.baseline().name)
            map.fail("never", "the baseline cannot be left out; use exclude: true");
    }
    rule.extra_flags = map.text_or("extra_flags", "");
    rule.skip_check = map.text_or("skip_check", "");
    rule.requires_features = map.texts_or("requires_features", {});
    for (const std::string& feature : rule.requires_features) {
        if (!is_feature_name(feature))
            map.fail("requires_features", "'" + feature + "' is no feature that a worker reports");
    }
    rule.expensive = map.flag_or("expensive", false);
    if (map.has("timeout")) rule.timeout = map.duration("timeout");
    if (rule.timeout && *rule.timeout <= Duration(0)) map.fail("timeout", "must be more than 0");
    if (map.has("silence")) rule.silence = map.duration("silence");
    if (rule.silence && *rule.silence < Duration(0))
        map.fail("silence", "must not be less than 0; 0 stands for no limit");
    if (map.has("cores")) rule.cores = static_cast<int>(map.whole("cores", 1, 4096));
    if (map.has("memory_bytes")) rule.memory_bytes = map.whole("memory_bytes", 1, kBytesMax);
    if (map.has("disk_bytes")) rule.disk_bytes = map.whole("disk_bytes", 1, kBytesMax);
    return rule;
}

}  // namespace

std::map<std::string, core::PackageRule> read_package_rules(YamlMap& release_file,
                                                            const core::ReleaseSpec& release) {
    std::map<std::string, core::PackageRule> rules;
    if (!release_file.has("packages")) return rules;
    for (YamlMap& map : release_file.maps("packages")) {
        const std::string name = map.text("name");
        if (name.empty()) map.fail("name", "must name a source package");
        core::PackageRule rule = read_rule(map, release);
        map.done();
        if (!rules.emplace(name, std::move(rule)).second)
            map.fail("name", "'" + name + "' has a rule already");
    }
    return rules;
}

}  // namespace terrace::scheduler
