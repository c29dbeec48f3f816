#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// What one source package of a rebuild brings to a compose.
struct SourceOutcome {
    std::string source;
    struct Side {
        BuildId build;
        std::vector<RpmFile> rpms;
    };
    Side baseline;                         ///< it succeeded, or the source is not listed at all
    std::map<std::string, Side> promoted;  ///< by variant: built, and passed the gate
};

/// Every repo of a release's layout: "x86_64/os", "x86_64/debug", ..., "source".
std::vector<std::string> compose_repos(const ReleaseSpec& release);

/// The packages of a compose: those of the stream's last compose, with every listed source replaced
/// as a whole, in all repos at once, so that no variant is left behind its baseline (lock-step). A
/// source that is not listed keeps its old packages: its baseline failed, or it was not rebuilt. So
/// does one that would make a name of the baseline older: a rebuild that began earlier and ended
/// later must not take back what another has published meanwhile.
///
/// With `encoding: arch` a variant's repo holds every baseline package and the promoted ones beside
/// them; with `encoding: flags` the promoted ones only. `compose` of the rows is left for the
/// caller to fill.
std::vector<ComposePackage> plan_compose(const ReleaseSpec& release,
                                         const std::vector<ComposePackage>& base,
                                         const std::vector<SourceOutcome>& rebuilt);

/// Why these packages cannot be one compose: two sources that bring the same file. Empty if they
/// can.
std::string why_unpublishable(const std::vector<ComposePackage>& packages);

}  // namespace terrace::core
