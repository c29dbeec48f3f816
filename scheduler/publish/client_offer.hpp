#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/solv/client_world.hpp"
#include "scheduler/publish/client_check.hpp"
#include "scheduler/publish/client_metadata.hpp"

namespace terrace::publish {

/// The installable repositories of one compose, by variant, and what is in them.
class ClientOffer {
public:
    /// A variant that the compose has no repository of is left out. Throws as
    /// ClientMetadata::read().
    ClientOffer(const std::filesystem::path& compose,
                const std::vector<OfferedVariant>& variants,
                const ClientMetadata& metadata);

    const std::string& name() const { return name_; }

    /// What a client of this variant has enabled: with `encoding: arch` its repository, which is
    /// complete; with `encoding: flags` the baseline's, and its own for a lower cost.
    std::vector<solv::ClientRepo> enabled(const OfferedVariant& variant) const;
    /// What there is in those.
    solv::Versions versions(const OfferedVariant& variant) const;
    /// Of the baseline; the newest of each name.
    const std::map<std::string, Evr>& newest() const { return newest_; }

private:
    std::vector<std::pair<std::string, int>> enabled_names(const OfferedVariant& variant) const;

    std::string name_;
    std::string baseline_;
    std::map<std::string, solv::ClientRepo> repos_;
    std::map<std::string, solv::Versions> versions_;
    std::map<std::string, Evr> newest_;
};

}  // namespace terrace::publish
