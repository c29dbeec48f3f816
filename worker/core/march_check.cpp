#include "worker/core/march_check.hpp"

#include <algorithm>

namespace terrace::worker {

std::optional<Ending> march_refusal(const BuildOrder& order,
                                    bool march_seen,
                                    const std::vector<RpmFile>& rpms) {
    if (!order.require_march || march_seen) return std::nullopt;
    const bool has_code = std::ranges::any_of(
        rpms, [&](const RpmFile& rpm) { return rpm.nevra.arch == order.target_arch; });
    if (!has_code) return std::nullopt;
    return Ending{Outcome::build_failed,
                  "The build log lacks -march=" + march_of(order.target_level) +
                      ": the chroot's rpm ignored --target " + order.target_arch + "; this is no " +
                      name_of(order.target_level) + " package."};
}

}  // namespace terrace::worker
