#include "scheduler/core/gate/parity_gate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

namespace terrace::core {
namespace {

constexpr std::size_t kNamedMax = 3;

/// Name, epoch, version and release of each package that the level compiles anew.
std::set<std::string> compiled(const std::vector<RpmFile>& rpms) {
    std::set<std::string> packages;
    for (const RpmFile& rpm : rpms) {
        if (rpm.debug || rpm.nevra.arch == "src" || rpm.nevra.arch == "noarch") continue;
        packages.insert(fmt::format("{}-{}:{}-{}", rpm.nevra.name, rpm.nevra.epoch,
                                    rpm.nevra.version, rpm.nevra.release));
    }
    return packages;
}

std::string named(const ParityDifference& difference) {
    return difference.facet == "package" ? difference.package + " is in one of them only"
                                         : difference.facet + " of " + difference.package;
}

}  // namespace

std::optional<std::string> package_difference(const std::vector<RpmFile>& baseline,
                                              const std::vector<RpmFile>& variant) {
    std::vector<std::string> differ;
    std::ranges::set_symmetric_difference(compiled(baseline), compiled(variant),
                                          std::back_inserter(differ));
    if (differ.empty()) return std::nullopt;
    return fmt::format("Only one side made {}.", fmt::join(differ, ", "));
}

std::optional<std::string> interface_difference(const std::vector<FacetDigests>& baseline,
                                                const std::vector<FacetDigests>& variant) {
    if (baseline.empty() || variant.empty()) return std::nullopt;
    std::vector<std::string> differ;
    for (const ParityDifference& difference : parity_differences(baseline, variant))
        differ.push_back(named(difference));
    if (differ.empty()) return std::nullopt;
    const bool more = differ.size() > kNamedMax;
    if (more) differ.resize(kNamedMax);
    return fmt::format("The variant's packages are not the baseline's: {}{}.",
                       fmt::join(differ, ", "), more ? ", and more" : "");
}

}  // namespace terrace::core
