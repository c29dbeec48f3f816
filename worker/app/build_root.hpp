#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/lease.hpp"
#include "worker/app/attempt_context.hpp"
#include "worker/core/outcome.hpp"
#include "worker/core/root_plan.hpp"
#include "worker/mock/mock_runner.hpp"
#include "worker/sandbox/namespace_wrapper.hpp"

namespace terrace::worker {

/// The build root that an attempt will have, and where it is kept from one attempt to the next.
struct BuildRoot {
    RootKind kind = RootKind::root_cache;
    RootPlaces places;
};

/// Names what the contents of a fresh build root follow from: the seed's repos, the name of the
/// mock configuration, and the text of every file in the directory of configurations, as they
/// include one another. 16 hex digits.
std::string root_key(const std::filesystem::path& configs,
                     const std::string& mock_config,
                     const std::vector<SeedRepo>& seed_repos);

BuildRoot build_root_for(const AttemptContext& context,
                         const std::string& mock_config,
                         const std::vector<SeedRepo>& seed_repos,
                         RootKind kind);

/// Makes sure that the prepared root of RootKind::reuse is there and as clean as when it was made:
/// the list of its packages, with their build times and digests, is recorded then and compared
/// now. A root that differs is discarded and made anew. What builds write never reaches it: mock's
/// overlayfs plugin keeps it as a read-only layer. `like`: the run of mock that is to follow;
/// `network`: what filling a root takes; `config_text`: its configuration without packages of this
/// rebuild. @return the ending of an
/// attempt that gets no root
std::optional<Ending> prepare_root(const AttemptContext& context,
                                   const MockRun& like,
                                   const BuildRoot& root,
                                   sandbox::Network network,
                                   const std::string& config_text);

/// For a prepared root whose mock did not end by itself: locks and layers may be left in any state.
void discard_root(const BuildRoot& root);

/// Removes root caches that no attempt has used for two weeks: their seed is history. What cannot
/// be removed is logged, and no reason not to work.
void remove_old_root_caches(const MockSettings& settings);

}  // namespace terrace::worker
