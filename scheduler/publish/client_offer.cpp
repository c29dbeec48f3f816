#include "scheduler/publish/client_offer.hpp"

#include <utility>

namespace terrace::publish {
namespace {

// What dnf takes a repository's cost to be; a level's repository is preferred to the baseline's
// where they have the same (deploy: client-config says so).
constexpr int kUsualCost = 1000;
constexpr int kLevelCost = 900;

std::map<std::string, Evr> newest_of(const solv::ClientRepo& repo) {
    solv::Pool pool;
    pool.add_solv(repo.name, *repo.metadata).value();
    std::map<std::string, Evr> newest;
    for (const solv::Package package : pool.packages()) {
        const Evr evr = pool.evr(package);
        const auto [found, added] = newest.emplace(pool.name(package), evr);
        if (!added && found->second < evr) found->second = evr;
    }
    return newest;
}

}  // namespace

ClientOffer::ClientOffer(const std::filesystem::path& compose,
                         const std::vector<OfferedVariant>& variants,
                         const ClientMetadata& metadata)
    : name_(compose.filename()), baseline_(variants.front().name) {
    for (const OfferedVariant& variant : variants) {
        const std::filesystem::path directory = compose / variant.name / "os";
        if (!std::filesystem::exists(directory)) continue;
        const auto& repo =
            repos_.emplace(variant.name, metadata.read(variant.name, directory)).first->second;
        versions_[variant.name] = solv::versions_of(repo);
        if (variant.name == baseline_) newest_ = newest_of(repo);
    }
}

std::vector<std::pair<std::string, int>> ClientOffer::enabled_names(
    const OfferedVariant& variant) const {
    std::vector<std::pair<std::string, int>> names;
    const bool is_baseline = variant.name == baseline_;
    if (is_baseline || variant.encoding == Encoding::flags)
        names.emplace_back(baseline_, kUsualCost);
    if (!is_baseline) names.emplace_back(variant.name, kLevelCost);
    std::erase_if(names, [&](const auto& one) { return !repos_.contains(one.first); });
    return names;
}

std::vector<solv::ClientRepo> ClientOffer::enabled(const OfferedVariant& variant) const {
    std::vector<solv::ClientRepo> enabled;
    for (const auto& [name, cost] : enabled_names(variant)) {
        enabled.push_back(repos_.at(name));
        enabled.back().cost = cost;
    }
    return enabled;
}

solv::Versions ClientOffer::versions(const OfferedVariant& variant) const {
    solv::Versions all;
    for (const auto& [name, cost] : enabled_names(variant)) {
        for (const auto& [package, versions] : versions_.at(name))
            all[package].insert(versions.begin(), versions.end());
    }
    return all;
}

}  // namespace terrace::publish
