#include "scheduler/core/gate/abi_groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace terrace::core {
namespace {

constexpr std::size_t kReasonsMax = 3;

/// "eigen3-devel-3.4.0-1.fc45.noarch" is a package of that name; "eigen3-devel-doc-..." is not.
bool is_of_name(const std::string& nevra, const std::string& name) {
    return nevra.starts_with(name + "-") && std::ranges::count(nevra.substr(name.size()), '-') == 2;
}

/// Items are as rpm prints dependencies: "P libpcl_common.so.1()(64bit)".
std::vector<std::string> sonames_of(const std::vector<PackageInterface>& interfaces,
                                    const std::string& facet_name) {
    std::set<std::string> sonames;
    for (const PackageInterface& package : interfaces) {
        for (const PackageFacet& facet : package.facets) {
            if (facet.name != facet_name) continue;
            for (const std::string& item : facet.items) {
                const bool is_soname = item.size() > 2 && item[1] == ' ' &&
                                       item.find(".so") != std::string::npos && item.ends_with(")");
                if (is_soname) sonames.insert(item.substr(2));
            }
        }
    }
    return {sonames.begin(), sonames.end()};
}

/// A library that both are built with; nullopt: none.
std::optional<std::string> shared_library(const AbiInterface& a, const AbiInterface& b) {
    std::vector<std::string> libraries;
    std::ranges::set_intersection(a.libraries, b.libraries, std::back_inserter(libraries));
    return libraries.empty() ? std::nullopt : std::optional(libraries.front());
}

/// Which source stands for the group of each: the first of it.
class Groups {
public:
    explicit Groups(std::size_t count) : first_(count) {
        std::iota(first_.begin(), first_.end(), 0U);
    }
    std::size_t of(std::size_t i) const { return first_[i] == i ? i : of(first_[i]); }
    void join(std::size_t a, std::size_t b) {
        first_[std::max(of(a), of(b))] = std::min(of(a), of(b));
    }

private:
    std::vector<std::size_t> first_;
};

}  // namespace

std::optional<AbiInterface> abi_interface_of(const std::vector<std::string>& buildroot_nevras,
                                             const std::vector<PackageInterface>& interfaces,
                                             const std::vector<std::string>& libraries) {
    AbiInterface abi;
    for (const std::string& library : libraries) {
        const bool is_there = std::ranges::any_of(
            buildroot_nevras, [&](const std::string& nevra) { return is_of_name(nevra, library); });
        if (is_there) abi.libraries.push_back(library);
    }
    if (abi.libraries.empty()) return std::nullopt;
    std::ranges::sort(abi.libraries);
    abi.sonames_provided = sonames_of(interfaces, "provides");
    abi.sonames_required = sonames_of(interfaces, "requires");
    return abi;
}

std::vector<AbiGroup> detected_abi_groups(const std::vector<AbiSource>& sources) {
    std::vector<AbiSource> sharing;
    for (const AbiSource& source : sources) {
        if (!source.abi.libraries.empty()) sharing.push_back(source);
    }
    std::ranges::sort(sharing, {}, &AbiSource::source);
    std::map<std::string, std::vector<std::size_t>> providers;  // by soname
    for (std::size_t i = 0; i < sharing.size(); ++i) {
        for (const std::string& soname : sharing[i].abi.sonames_provided)
            providers[soname].push_back(i);
    }
    Groups groups(sharing.size());
    std::map<std::pair<std::size_t, std::size_t>, std::string> links;  // user and provider
    for (std::size_t user = 0; user < sharing.size(); ++user) {
        for (const std::string& soname : sharing[user].abi.sonames_required) {
            const auto found = providers.find(soname);
            if (found == providers.end()) continue;
            for (const std::size_t provider : found->second) {
                const auto library = shared_library(sharing[user].abi, sharing[provider].abi);
                if (user == provider || !library) continue;
                groups.join(user, provider);
                links.try_emplace(
                    {user, provider},
                    fmt::format("{} requires {} of {}, and both are built with {}",
                                sharing[user].source, soname, sharing[provider].source, *library));
            }
        }
    }
    std::map<std::size_t, std::vector<std::string>> reasons;
    for (auto& [pair, link] : links) reasons[groups.of(pair.first)].push_back(std::move(link));
    std::vector<AbiGroup> found;
    for (auto& [first, its] : reasons) {
        AbiGroup group;
        for (std::size_t i = 0; i < sharing.size(); ++i) {
            if (groups.of(i) == first) group.sources.push_back(sharing[i].source);
        }
        const bool more = its.size() > kReasonsMax;
        if (more) its.resize(kReasonsMax);
        group.name = "of " + group.sources.front();
        group.reason = fmt::format("{}{}.", fmt::join(its, "; "), more ? "; and more" : "");
        found.push_back(std::move(group));
    }
    return found;
}

}  // namespace terrace::core
