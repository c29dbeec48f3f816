#include "scheduler/app/config_compose.hpp"

#include <set>
#include <utility>

namespace terrace::scheduler {
namespace {

using runtime::YamlMap;

/// Spelled as dnf's command is.
core::AllowStall read_allow_stall(YamlMap& map) {
    const std::string word = map.text_or("allow_stall", "never");
    if (word == "distro-sync") return core::AllowStall::distro_sync;
    if (word != "never") map.fail("allow_stall", "'" + word + "' is none of: never, distro-sync");
    return core::AllowStall::never;
}

std::vector<core::AbiGroup> read_abi_groups(YamlMap& map) {
    std::vector<core::AbiGroup> groups;
    std::set<std::string> names;
    if (!map.has("abi_groups")) return groups;
    for (YamlMap& element : map.maps("abi_groups")) {
        core::AbiGroup group{element.text("name"), element.texts("sources")};
        element.done();
        if (!names.insert(group.name).second)
            element.fail("name", "'" + group.name + "' is there twice");
        if (std::set<std::string>(group.sources.begin(), group.sources.end()).size() < 2)
            element.fail("sources", "must name two source packages or more");
        groups.push_back(std::move(group));
    }
    return groups;
}

}  // namespace

core::ComposePolicy read_compose_policy(YamlMap map) {
    core::ComposePolicy policy;
    policy.allow_stall = read_allow_stall(map);
    policy.platform = map.word_or("platform", policy.platform);
    policy.abi_groups = read_abi_groups(map);
    policy.abi_group_libraries = map.texts_or("abi_group_libraries", policy.abi_group_libraries);
    map.done();
    return policy;
}

}  // namespace terrace::scheduler
