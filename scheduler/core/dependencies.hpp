#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"

namespace terrace::core {

/// What one source package takes from others when it is built with the packages of one seed, as
/// libsolv resolved its BuildRequires. A row of the farm, written by the resolver.
struct SourceDependencies {
    SourcePackageId source_package;
    Digest seed;
    /// The source packages of the same package set whose RPMs its own BuildRequires resolve to
    /// (direct ones, not the closure), ascending, never itself.
    std::vector<SourcePackageId> needs;
    /// Those of `needs` whose machine code ends up inside its RPMs, ascending ...
    std::vector<SourcePackageId> code_needs;
    /// ... and for each of them a sentence that says why ("links libfoo.a: BuildRequires
    /// foo-static").
    std::vector<std::string> code_reasons;
    int buildroot_packages = 0;         ///< size of the whole buildroot; 0: it cannot be installed
    std::vector<std::string> problems;  ///< why not, in the solver's words; empty: it can
    friend bool operator==(const SourceDependencies&, const SourceDependencies&) = default;
};
BOOST_DESCRIBE_STRUCT(
    SourceDependencies,
    (),
    (source_package, seed, needs, code_needs, code_reasons, buildroot_packages, problems))

}  // namespace terrace::core
