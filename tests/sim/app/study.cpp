#include "tests/sim/app/study.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/vocab/names.hpp"
#include "tests/sim/app/koji_policy.hpp"
#include "tests/sim/app/line_policy.hpp"
#include "tests/sim/app/terrace_policy.hpp"

namespace terrace::sim {
namespace {

void check_placeable(const Campaign& campaign, const Fleet& fleet) {
    const std::vector<int> lost = unplaceable(campaign, fleet);
    if (lost.empty()) return;
    const SimBuild& build = campaign.build(lost.front());
    throw std::runtime_error("No slot of the fleet can run " + std::to_string(lost.size()) +
                             " of the builds, such as " + build.source + " for " + build.variant +
                             ": it needs level " + name_of(build.run_level) + " and " +
                             std::to_string(build.memory_mib) + " MiB in one slot.");
}

std::unique_ptr<Policy> make_policy(PolicyName name,
                                    const Campaign& campaign,
                                    const Fleet& fleet,
                                    const StudyOptions& options) {
    switch (name) {
        case PolicyName::terrace: return std::make_unique<TerracePolicy>(campaign, fleet);
        case PolicyName::koji:
            return std::make_unique<KojiPolicy>(campaign, fleet, options.koji_interval);
        case PolicyName::fifo: return std::make_unique<LinePolicy>(campaign, fleet, fifo_place);
        case PolicyName::obs: return std::make_unique<LinePolicy>(campaign, fleet, obs_place);
    }
    throw std::logic_error("not a policy");
}

}  // namespace

Study run_study(Campaign campaign,
                Fleet fleet,
                const StudyOptions& options,
                const StudyProgress& progress) {
    check_placeable(campaign, fleet);
    Study study{std::move(campaign), std::move(fleet), {}, {}};
    study.bound = lower_bound(study.campaign, study.fleet);
    for (const PolicyName name : options.policies) {
        const std::unique_ptr<Policy> policy =
            make_policy(name, study.campaign, study.fleet, options);
        PolicyRun run{name, {}, {}};
        run.history =
            simulate(study.campaign, study.fleet, *policy, options.seed,
                     [&](std::size_t done, std::size_t total) { progress(name, done, total); });
        run.figures = compute_figures(study.campaign, study.fleet, run.history);
        study.runs.push_back(std::move(run));
    }
    return study;
}

}  // namespace terrace::sim
