#pragma once

#include <optional>
#include <vector>

#include "common/vocab/lease.hpp"
#include "worker/core/outcome.hpp"

namespace terrace::worker {

/// Whether a successful build must be refused after all, because the compiler was never told the
/// level: rpm before 4.19 takes --target x86_64_v3 for a mere name and compiles for the baseline,
/// without a word. Packages without code of their own (noarch) are exempt.
std::optional<Ending> march_refusal(const BuildOrder& order,
                                    bool march_seen,
                                    const std::vector<RpmFile>& rpms);

}  // namespace terrace::worker
