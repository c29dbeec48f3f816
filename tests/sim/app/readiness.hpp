#pragma once

#include <vector>

#include "tests/sim/app/campaign.hpp"

namespace terrace::sim {

/// Which builds have all that they need.
class Readiness {
public:
    explicit Readiness(const Campaign& campaign);

    /// The builds of the rebuild that need nothing that is not there.
    std::vector<int> submit(int rebuild) const;
    /// The builds that waited for this one last.
    std::vector<int> done(int build);

private:
    const Campaign& campaign_;
    std::vector<int> missing_;                  ///< needs of each build that are not done
    std::vector<std::vector<int>> waiting_on_;  ///< who needs a build
};

}  // namespace terrace::sim
