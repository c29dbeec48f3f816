#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"

/// Whether two builds of one source package are the same to others, apart from their level.
namespace terrace {

/// The facets of a package in short form, without those that are empty.
struct FacetDigests {
    std::string package;
    std::vector<std::string> names;     ///< of the facets, sorted
    std::vector<std::int64_t> digests;  ///< of the same facets
    friend bool operator==(const FacetDigests&, const FacetDigests&) = default;
};
BOOST_DESCRIBE_STRUCT(FacetDigests, (), (package, names, digests))

std::vector<FacetDigests> digests_of(const std::vector<PackageInterface>& interfaces);

/// What is not equal. A package that one side lacks has the facet "package".
struct ParityDifference {
    std::string package;
    std::string facet;
    std::vector<std::string> only_baseline;  ///< items, where both lists were kept
    std::vector<std::string> only_variant;
    friend bool operator==(const ParityDifference&, const ParityDifference&) = default;
};
BOOST_DESCRIBE_STRUCT(ParityDifference, (), (package, facet, only_baseline, only_variant))

/// By package and facet, without items. The order of the packages does not matter.
std::vector<ParityDifference> parity_differences(const std::vector<FacetDigests>& baseline,
                                                 const std::vector<FacetDigests>& variant);

/// The same with items.
std::vector<ParityDifference> parity_differences(const std::vector<PackageInterface>& baseline,
                                                 const std::vector<PackageInterface>& variant);

}  // namespace terrace
