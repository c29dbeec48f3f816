#include "tests/sim/app/campaign.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "tests/sim/app/noise.hpp"

namespace terrace::sim {
namespace {

constexpr std::array kVariants = {Level::x86_64, Level::x86_64_v3};

Duration milliseconds_of(double seconds) {
    return Duration(std::max<std::int64_t>(1, std::llround(seconds * 1000)));
}

/// Adds rebuilds of one workload; what is the same for all of them is computed once.
class Planner {
public:
    Planner(const Workload& workload, Mode mode, std::uint64_t seed)
        : workload_(workload),
          mode_(mode),
          seed_(seed),
          dependents_(count_dependents(workload)),
          needs_(mode == Mode::ordered ? needs_without_cycles(workload)
                                       : std::vector<std::vector<int>>(workload.sources.size())) {}

    void add(Campaign& campaign, PriorityClass priority_class, Duration submitted) {
        const int rebuild = static_cast<int>(campaign.rebuilds.size());
        campaign.rebuilds.push_back({priority_class, mode_, submitted, {}});
        first_build_.assign(workload_.sources.size(), 0);
        for (std::size_t source = 0; source < workload_.sources.size(); ++source) {
            first_build_[source] = static_cast<int>(campaign.builds.size());
            const std::size_t variants = workload_.sources[source].noarch ? 1 : kVariants.size();
            for (std::size_t i = 0; i < variants; ++i)
                add_build(campaign, rebuild, source, kVariants[i]);
        }
        for (const int index : campaign.rebuilds.back().builds) resolve_needs(campaign, index);
    }

private:
    void add_build(Campaign& campaign, int rebuild, std::size_t source, Level level) {
        const Source& from = workload_.sources[source];
        SimBuild build;
        build.rebuild = rebuild;
        build.source = from.name;
        build.noarch = from.noarch;
        build.variant = name_of(level);
        build.run_level = level;
        Draw draw(seed_,
                  "time/" + std::to_string(rebuild) + "/" + build.source + "/" + build.variant);
        build.true_time = milliseconds_of(from.estimate_s * draw_noise(draw));
        build.estimate = milliseconds_of(from.estimate_s);
        build.memory_mib = from.memory_mib;
        build.dependents = dependents_[source];
        build.needs = needs_[source];  // of sources, until the builds of all are there
        campaign.rebuilds.back().builds.push_back(static_cast<int>(campaign.builds.size()));
        campaign.builds.push_back(std::move(build));
    }

    /// The same variant of what it needs; a noarch source has one build for all of them.
    void resolve_needs(Campaign& campaign, int index) const {
        SimBuild& build = campaign.builds[static_cast<std::size_t>(index)];
        const bool is_variant = build.run_level != kVariants.front();
        for (int& need : build.needs) {
            const auto source = static_cast<std::size_t>(need);
            need = first_build_[source] + (is_variant && !workload_.sources[source].noarch ? 1 : 0);
        }
    }

    const Workload& workload_;
    Mode mode_;
    std::uint64_t seed_;
    std::vector<int> dependents_;
    std::vector<std::vector<int>> needs_;
    std::vector<int> first_build_;  ///< of each source, in the rebuild that is being added
};

}  // namespace

bool fits(const SimBuild& build, const Slot& slot) {
    return slot.level >= build.run_level && slot.memory_mib >= build.memory_mib;
}

Campaign plan_campaign(const Workload& workload, const CampaignPlan& plan) {
    Campaign campaign;
    Planner planner(workload, plan.mode, plan.seed);
    for (int i = 0; i < plan.rebuilds; ++i) planner.add(campaign, plan.priority_class, Duration(0));
    if (plan.urgent) {
        const Workload few =
            sample(workload, static_cast<std::size_t>(plan.urgent->packages), plan.seed);
        Planner(few, Mode::flat, plan.seed).add(campaign, PriorityClass::urgent, plan.urgent->at);
    }
    return campaign;
}

std::vector<int> unplaceable(const Campaign& campaign, const Fleet& fleet) {
    std::vector<int> lost;
    for (std::size_t i = 0; i < campaign.builds.size(); ++i) {
        const auto may_run = [&](const Slot& slot) { return fits(campaign.builds[i], slot); };
        if (std::ranges::none_of(fleet.slots, may_run)) lost.push_back(static_cast<int>(i));
    }
    return lost;
}

}  // namespace terrace::sim
