// ABI groups: which there are in a release, and what they mean for the gate of each member.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/abi_groups.hpp"
#include "scheduler/core/gate/stages.hpp"

namespace terrace::core {
namespace {

/// By source package and variant.
using Place = std::pair<std::string, std::string>;

std::string why_held(const GateRow& row) {
    for (const StageResult& stage : row.stages) {
        if (stage.state != StageState::passed && stage.state != StageState::waived)
            return "has its stage " + name_of(stage.stage) + " " + name_of(stage.state);
    }
    return "is held";
}

std::set<std::string> sources_of(const std::vector<AbiGroup>& groups) {
    std::set<std::string> sources;
    for (const AbiGroup& group : groups) sources.insert(group.sources.begin(), group.sources.end());
    return sources;
}

/// Where the members of the groups are: built in this rebuild, shown by its stream.
struct AbiPlaces {
    std::set<Place> built;
    std::set<Place> published;
};

/// A member that the rebuild builds must ship with the others. One that it does not must be at the
/// variant's level where the stream has it.
AbiMember abi_member(const std::string& source,
                     const std::string& variant,
                     const std::string& baseline,
                     const AbiPlaces& places,
                     const std::vector<GateRow>& rows) {
    AbiMember member{source, GateAnswer::ships, ""};
    const auto hold = [&](std::string why) {
        member.answer = GateAnswer::held;
        member.why = std::move(why);
    };
    const auto row = std::ranges::find_if(rows, [&](const GateRow& candidate) {
        return candidate.package == source && candidate.variant == variant;
    });
    if (!places.built.contains({source, baseline})) {
        if (places.published.contains({source, baseline}) &&
            !places.published.contains({source, variant}))
            hold("is in the stream at the baseline's level, and not built by this rebuild");
    } else if (row == rows.end()) {
        hold("is not built for " + variant);
    } else {
        member.answer = row->answer;
        if (member.answer == GateAnswer::held) member.why = why_held(*row);
    }
    return member;
}

}  // namespace

/// What made the packages that the stream shows.
const std::vector<BuildId>& Farm::published_builds(const Rebuild& rebuild) const {
    static const std::vector<BuildId> kNone;
    const auto stream = state_.streams.find({rebuild.release, rebuild.stream});
    if (stream == state_.streams.end()) return kNone;
    const auto content = state_.compose_builds.find(stream->second.compose);
    return content == state_.compose_builds.end() ? kNone : content->second.builds;
}

/// Those of the release file, and those that are detected among the baselines of this rebuild and,
/// of what is not in it, those of the compose that the stream shows.
std::vector<AbiGroup> Farm::abi_groups_of(RebuildId id) const {
    const Rebuild& rebuild = state_.rebuilds.at(id);
    const ReleaseSpec& release = release_of(id);
    std::map<std::string, AbiInterface> sharing;  // most sources share nothing
    const auto take = [&](BuildId build_id) {
        const Build& build = state_.builds.at(build_id);
        if (build.variant != release.baseline().name || build.state != BuildState::succeeded)
            return;
        const std::string& source = state_.source_packages.at(build.source_package).name;
        if (build.abi) {
            sharing[source] = *build.abi;
        } else {
            sharing.erase(source);
        }
    };
    for (const BuildId build : published_builds(rebuild)) take(build);
    if (const auto built = builds_of_.find(id); built != builds_of_.end())
        std::ranges::for_each(built->second, take);
    std::vector<AbiSource> sources;
    for (auto& [source, abi] : sharing) sources.push_back({source, std::move(abi)});
    std::vector<AbiGroup> groups = release.compose.abi_groups;
    std::ranges::move(detected_abi_groups(sources), std::back_inserter(groups));
    return groups;
}

/// `rows` must have those of all members. Of several groups the first that is not whole decides;
/// what it holds may make another one incomplete.
void Farm::add_abi_stages(RebuildId id,
                          const std::vector<AbiGroup>& groups,
                          std::vector<GateRow>& rows) const {
    const std::set<std::string> grouped = sources_of(groups);
    const Rebuild& rebuild = state_.rebuilds.at(id);
    AbiPlaces places;
    const auto note = [&](BuildId build_id, std::set<Place>& into) {
        const Build& build = state_.builds.at(build_id);
        const SourcePackage& source = state_.source_packages.at(build.source_package);
        const bool lost = is_final(build.state) && build.state != BuildState::succeeded;
        if (grouped.contains(source.name) && !source.noarch && !lost)
            into.insert({source.name, build.variant});
    };
    if (!groups.empty() && !rows.empty()) {
        for (const BuildId build : builds_of_.at(id)) note(build, places.built);
        for (const BuildId build : published_builds(rebuild)) note(build, places.published);
    }
    for (GateRow& row : rows) row.stages.push_back(abi_group_stage(nullptr, {}));
    const std::string& baseline = release_of(id).baseline().name;
    for (bool changed = true; changed;) {
        changed = false;
        for (GateRow& row : rows) {
            if (!grouped.contains(row.package)) continue;
            for (const AbiGroup& group : groups) {
                if (std::ranges::find(group.sources, row.package) == group.sources.end()) continue;
                std::vector<AbiMember> others;
                for (const std::string& source : group.sources) {
                    if (source != row.package)
                        others.push_back(abi_member(source, row.variant, baseline, places, rows));
                }
                row.stages.back() = abi_group_stage(&group, others);
                if (row.stages.back().state == StageState::failed) break;
            }
            const GateAnswer answer = gate_answer(row.stages);
            changed |= answer != row.answer;
            row.answer = answer;
        }
    }
}

}  // namespace terrace::core
