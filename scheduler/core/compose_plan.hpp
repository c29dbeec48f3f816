#pragma once

#include <map>
#include <optional>
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

/// What a stream has when a compose starts from it.
struct PublishedBase {
    std::optional<ComposeId> compose;  ///< none: the stream is new
    std::vector<ComposePackage> packages;
    std::vector<std::string> stalled;  ///< of that compose
};

/// The rows are without the id of their compose, which the caller fills in.
struct ComposePlan {
    std::vector<ComposePackage> packages;
    std::vector<std::string> stalled;  ///< as Compose::stalled
    std::vector<std::string> notes;    ///< as Compose::notes
    std::string error;                 ///< why it must not be published; empty: it may
};

/// Every repo of a release's layout: "x86_64/os", "x86_64/debug", ..., "source".
std::vector<std::string> compose_repos(const ReleaseSpec& release);

/// Whether a row is a variant's own package, compiled for its level: not what the variant's repo
/// has of the baseline.
bool is_at_level(const ReleaseSpec& release, const VariantSpec& variant, const ComposePackage& row);

/// The packages of a compose: those of the stream's last compose, with every listed source replaced
/// as a whole, in all repos at once, so that no variant is left behind its baseline (lock-step). A
/// source that is not listed keeps its old packages: its baseline failed, or it was not rebuilt. So
/// does one that would make a name of the baseline older: a rebuild that began earlier and ended
/// later must not take back what another has published meanwhile.
///
/// With `encoding: arch` a variant's repo holds every baseline package and the promoted ones beside
/// them; with `encoding: flags` the promoted ones only. A promoted build whose packages have other
/// names or EVRs than the baseline's is left out, and so is an ABI group that is not whole.
///
/// A name that clients have at a level and that is there no more (its build failed or lost its
/// gate) stalls them: it is an error, or listed where the release says `allow_stall: distro-sync`.
ComposePlan plan_compose(const ReleaseSpec& release,
                         const PublishedBase& base,
                         const std::vector<SourceOutcome>& rebuilt);

}  // namespace terrace::core
