#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/solv/client.hpp"

namespace terrace::solv {

using Names = std::set<std::string>;

/// Of each name, the packages that there are: their NEVRAs and checksums.
using Versions = std::map<std::string, Names>;
Versions versions_of(const ClientRepo& repo);

/// The repositories that a client has enabled at one moment, loaded once, to find the few packages
/// that a change can matter to: of 60,000 packages that is most often some hundreds, which a solver
/// then loads in no time. From one thread.
class ClientWorld {
public:
    ClientWorld(const Client& client, std::span<const ClientRepo> repos);
    ~ClientWorld();
    ClientWorld(const ClientWorld&) = delete;
    ClientWorld& operator=(const ClientWorld&) = delete;

    /// The names whose installation may come out otherwise when the packages of `changed` do:
    /// these, what needs them, directly or through others, and what conflicts with them.
    Names affected_by(const Names& changed);

    /// All names that packages of these may need, directly or through others, or be replaced by,
    /// themselves included. No errand for them looks at any other package.
    Names reach_of(const Names& names);

    /// The same repositories with the packages of these names only.
    /// @pre `names` is what reach_of() gave, or more. The world cannot be asked again afterwards.
    std::vector<ClientRepo> narrowed_to(const Names& names) &&;

private:
    struct Edges;
    const Edges& edges();

    Pool pool_;
    std::vector<ClientRepo> repos_;
    std::unique_ptr<const Edges> edges_;  ///< made when first asked for
};

}  // namespace terrace::solv
