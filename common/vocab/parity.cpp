#include "common/vocab/parity.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

namespace terrace {
namespace {

/// Of each package, by name, the digest of each facet, by name.
using Digests = std::map<std::string, std::map<std::string, std::int64_t>>;

Digests by_name(const std::vector<FacetDigests>& packages) {
    Digests all;
    for (const FacetDigests& package : packages) {
        std::map<std::string, std::int64_t>& facets = all[package.package];
        const std::size_t count = std::min(package.names.size(), package.digests.size());
        for (std::size_t i = 0; i < count; ++i) facets[package.names[i]] = package.digests[i];
    }
    return all;
}

const PackageFacet* find_facet(const std::vector<PackageInterface>& packages,
                               const ParityDifference& difference) {
    const auto package =
        std::ranges::find(packages, difference.package, &PackageInterface::package);
    if (package == packages.end()) return nullptr;
    const auto facet = std::ranges::find(package->facets, difference.facet, &PackageFacet::name);
    return facet != package->facets.end() ? &*facet : nullptr;
}

std::vector<std::string> sorted(std::vector<std::string> items) {
    std::ranges::sort(items);
    return items;
}

}  // namespace

std::vector<FacetDigests> digests_of(const std::vector<PackageInterface>& interfaces) {
    std::vector<FacetDigests> all;
    for (const PackageInterface& interface : interfaces) {
        std::vector<PackageFacet> facets = interface.facets;
        std::ranges::sort(facets, {}, &PackageFacet::name);
        FacetDigests package;
        package.package = interface.package;
        for (const PackageFacet& facet : facets) {
            if (facet.items.empty() && facet.complete) continue;  // as if it had none
            package.names.push_back(facet.name);
            package.digests.push_back(facet.digest);
        }
        all.push_back(std::move(package));
    }
    return all;
}

std::vector<ParityDifference> parity_differences(const std::vector<FacetDigests>& baseline,
                                                 const std::vector<FacetDigests>& variant) {
    std::vector<ParityDifference> differences;
    const Digests left = by_name(baseline);
    const Digests right = by_name(variant);
    Digests both = left;
    both.insert(right.begin(), right.end());
    for (const auto& [package, ignored] : both) {
        const auto at_left = left.find(package);
        const auto at_right = right.find(package);
        if (at_left == left.end() || at_right == right.end()) {
            ParityDifference difference{package, "package", {}, {}};
            auto& lists =
                at_left == left.end() ? difference.only_variant : difference.only_baseline;
            lists.push_back(package);
            differences.push_back(std::move(difference));
            continue;
        }
        std::map<std::string, std::int64_t> facets = at_left->second;
        facets.insert(at_right->second.begin(), at_right->second.end());
        for (const auto& [facet, digest] : facets) {
            const auto one = at_left->second.find(facet);
            const auto other = at_right->second.find(facet);
            const bool is_equal = one != at_left->second.end() && other != at_right->second.end() &&
                                  one->second == other->second;
            if (!is_equal) differences.push_back({package, facet, {}, {}});
        }
    }
    return differences;
}

std::vector<ParityDifference> parity_differences(const std::vector<PackageInterface>& baseline,
                                                 const std::vector<PackageInterface>& variant) {
    std::vector<ParityDifference> differences =
        parity_differences(digests_of(baseline), digests_of(variant));
    for (ParityDifference& difference : differences) {
        const PackageFacet* left = find_facet(baseline, difference);
        const PackageFacet* right = find_facet(variant, difference);
        if ((left != nullptr && !left->complete) || (right != nullptr && !right->complete))
            continue;
        const auto one = left != nullptr ? sorted(left->items) : std::vector<std::string>();
        const auto other = right != nullptr ? sorted(right->items) : std::vector<std::string>();
        std::ranges::set_difference(one, other, std::back_inserter(difference.only_baseline));
        std::ranges::set_difference(other, one, std::back_inserter(difference.only_variant));
    }
    return differences;
}

}  // namespace terrace
