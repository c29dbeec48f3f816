#include "tests/sim/app/readiness.hpp"

namespace terrace::sim {

Readiness::Readiness(const Campaign& campaign)
    : campaign_(campaign), waiting_on_(campaign.builds.size()) {
    for (std::size_t i = 0; i < campaign.builds.size(); ++i) {
        const std::vector<int>& needs = campaign.builds[i].needs;
        missing_.push_back(static_cast<int>(needs.size()));
        for (const int need : needs)
            waiting_on_[static_cast<std::size_t>(need)].push_back(static_cast<int>(i));
    }
}

std::vector<int> Readiness::submit(int rebuild) const {
    std::vector<int> ready;
    for (const int build : campaign_.rebuilds[static_cast<std::size_t>(rebuild)].builds) {
        if (missing_[static_cast<std::size_t>(build)] == 0) ready.push_back(build);
    }
    return ready;
}

std::vector<int> Readiness::done(int build) {
    std::vector<int> ready;
    for (const int waiting : waiting_on_[static_cast<std::size_t>(build)]) {
        if (--missing_[static_cast<std::size_t>(waiting)] == 0) ready.push_back(waiting);
    }
    return ready;
}

}  // namespace terrace::sim
