#include "worker/audit/package_facets.hpp"

#include <algorithm>
#include <utility>

#include "common/vocab/sha256.hpp"

namespace terrace::audit {

namespace {

constexpr std::size_t kFacetBytesMax = 256 << 10;
constexpr std::size_t kReportBytesMax = 2 << 20;

std::int64_t short_digest(const std::vector<std::string>& items) {
    Sha256 hash;
    for (const std::string& item : items) {
        hash.update(item);
        hash.update(std::string_view("\0", 1));
    }
    // Fifteen hexadecimal digits: what fits into a signed number.
    return std::stoll(hash.finish().hex.substr(0, 15), nullptr, 16);
}

}  // namespace

std::string without_level(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = text.substr(i);
        const bool is_level = (rest.starts_with("x86_64_v") || rest.starts_with("x86-64-v")) &&
                              rest.size() > 8 && rest[8] >= '2' && rest[8] <= '4';
        if (is_level) {
            result += rest.substr(0, 6);
            i += 9;
        } else {
            result += text[i++];
        }
    }
    return result;
}

PackageFacet FacetMaker::make(const std::string& name, std::vector<std::string> items) {
    for (std::string& item : items) item = without_level(item);
    std::ranges::sort(items);
    items.erase(std::ranges::unique(items).begin(), items.end());
    PackageFacet facet;
    facet.name = name;
    facet.digest = short_digest(items);
    std::size_t bytes = 0;
    for (const std::string& item : items) bytes += item.size();
    if (bytes <= kFacetBytesMax && kept_bytes_ + bytes <= kReportBytesMax) {
        kept_bytes_ += bytes;
        facet.items = std::move(items);
    } else {
        facet.complete = false;
    }
    return facet;
}

}  // namespace terrace::audit
