#pragma once

#include <string>
#include <vector>

#include "scheduler/core/compose_plan.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {

/// One side of a source: its package and its debug package of that architecture, a noarch one, and
/// the SRPM.
inline SourceOutcome::Side a_side(const std::string& source,
                                  const std::string& release,
                                  const std::string& arch,
                                  BuildId build) {
    SourceOutcome::Side side;
    side.build = build;
    side.rpms = {an_rpm(source, release, arch), an_rpm(source + "-doc", release, "noarch"),
                 an_rpm(source + "-debuginfo", release, arch), an_rpm(source, release, "src")};
    return side;
}

inline SourceOutcome an_outcome(const std::string& source,
                                const std::string& release,
                                bool promoted) {
    SourceOutcome outcome;
    outcome.source = source;
    outcome.baseline = a_side(source, release, "x86_64", BuildId{1});
    if (promoted) outcome.promoted["x86_64_v3"] = a_side(source, release, "x86_64_v3", BuildId{2});
    return outcome;
}

inline ReleaseSpec a_release() {
    return a_config().releases.at("mini-1");
}

inline PublishedBase base_of(const ComposePlan& plan) {
    return {ComposeId{1}, plan.packages, plan.stalled};
}

}  // namespace terrace::core::testing
