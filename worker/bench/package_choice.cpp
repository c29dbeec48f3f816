#include "worker/bench/package_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terrace::bench {

const char* const kLinksFormat =
    "N %{NAME}\\n[P %{PROVIDENAME}\\n][P %{FILENAMES}\\n][R %{REQUIRENAME}\\n]";

std::vector<PackageLinks> parse_links(std::string_view output) {
    std::vector<PackageLinks> packages;
    while (!output.empty()) {
        const std::string_view line = output.substr(0, output.find('\n'));
        output.remove_prefix(std::min(output.size(), line.size() + 1));
        if (line.size() < 3 || line[1] != ' ') continue;
        const std::string value(line.substr(2));
        if (line[0] == 'N') packages.push_back({value, {}, {}});
        if (packages.empty()) continue;
        if (line[0] == 'P') packages.back().offers.insert(value);
        if (line[0] == 'R') packages.back().needs.insert(value);
    }
    return packages;
}

Result<std::set<std::string>> choose_packages(const std::vector<std::string>& wanted,
                                              const std::vector<PackageLinks>& packages) {
    std::set<std::string> chosen;
    std::vector<std::string> open = wanted;
    while (!open.empty()) {
        const std::string name = open.back();
        open.pop_back();
        if (!chosen.insert(name).second) continue;
        const auto package = std::ranges::find(packages, name, &PackageLinks::name);
        if (package == packages.end()) {
            return Error{
                Errc::invalid_argument,
                fmt::format("The benchmark installs {}, which the baseline's build did not make.",
                            name)};
        }
        for (const PackageLinks& other : packages) {
            const bool is_needed = std::ranges::any_of(
                package->needs,
                [&](const std::string& need) { return other.offers.contains(need); });
            if (is_needed) open.push_back(other.name);
        }
    }
    return chosen;
}

}  // namespace terrace::bench
