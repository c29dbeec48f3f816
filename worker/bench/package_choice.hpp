#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/result.hpp"

namespace terrace::bench {

/// What one RPM has to do with others.
struct PackageLinks {
    std::string name;
    std::set<std::string> offers;  ///< its Provides, without versions, and its files
    std::set<std::string> needs;   ///< its Requires, without versions
    friend bool operator==(const PackageLinks&, const PackageLinks&) = default;
};

/// The format of `rpm -qp --qf` that parse_links() reads.
extern const char* const kLinksFormat;

/// The output of that query, of any number of packages.
std::vector<PackageLinks> parse_links(std::string_view output);

/// The names to install: `wanted`, and what they need from among `packages`. The rest comes from
/// the seed. A wanted package that is not there is Errc::invalid_argument.
Result<std::set<std::string>> choose_packages(const std::vector<std::string>& wanted,
                                              const std::vector<PackageLinks>& packages);

}  // namespace terrace::bench
