#include "scheduler/ingest/seed.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "common/os/fetch.hpp"
#include "common/os/files.hpp"

namespace terrace::ingest {
namespace {

constexpr std::size_t kRepomdBytesMax = 4 << 20;

std::string without_trailing_slashes(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

Error refusal(std::string message) {
    return Error{Errc::invalid_argument, std::move(message)};
}

Result<SeedRepo> freeze_repo(const std::string& url, const std::string& name) {
    const std::string repomd_url = url + "/repodata/repomd.xml";
    const Result<std::string> repomd = os::fetch_url(repomd_url, kRepomdBytesMax);
    if (!repomd) {
        // The request is wrong if nothing is there; the API's own 404 would speak of another thing.
        const bool absent = repomd.error().code == Errc::not_found;
        return absent ? refusal(repomd.error().message) : repomd.error();
    }
    if (repomd->find("<repomd") == std::string::npos) {
        return refusal(repomd_url + " is not the repomd.xml of a repository.");
    }
    return SeedRepo{name, url, os::sha256_of_text(*repomd)};
}

Digest seed_id(const std::vector<SeedRepo>& repos) {
    std::vector<std::string> lines;
    lines.reserve(repos.size());
    for (const SeedRepo& repo : repos) lines.push_back(repo.repomd_digest.hex + "\n");
    std::ranges::sort(lines);
    os::Sha256 hash;
    for (const std::string& line : lines) hash.update(line);
    return hash.finish();
}

/// Part of nearly every repository's URL, so of no use in a name.
bool is_meaningful(const std::string& part) {
    constexpr std::array<std::string_view, 13> kUsual = {
        "os",  "repo", "repos",    "x86-64",   "noarch", "linux",   "pub",
        "srv", "tree", "basearch", "releases", "rpms",   "packages"};
    return !part.empty() && std::ranges::find(kUsual, part) == kUsual.end();
}

/// In lower case, every other run of characters as one '-', none at the ends.
std::string slug_of(std::string_view text) {
    std::string slug;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte < 0x80 && std::isalnum(byte) != 0;
        if (plain) {
            slug += static_cast<char>(std::tolower(byte));
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
    }
    while (slug.ends_with('-')) slug.pop_back();
    return slug;
}

/// The last two meaningful parts of the path; the host if there are none.
std::string name_of_url(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    const std::size_t path = std::min(url.find('/'), url.size());
    const std::string host = slug_of(url.substr(0, path));
    url.remove_prefix(path);

    std::vector<std::string> parts;
    while (!url.empty()) {
        url.remove_prefix(1);
        const std::size_t end = std::min(url.find('/'), url.size());
        std::string part = slug_of(url.substr(0, end));
        if (is_meaningful(part)) parts.push_back(std::move(part));
        url.remove_prefix(end);
    }
    if (parts.empty()) return host.empty() ? "seed" : host;
    if (parts.size() == 1) return parts.back();
    return parts[parts.size() - 2] + "-" + parts.back();
}

}  // namespace

std::vector<std::string> seed_repo_names(const std::vector<std::string>& urls) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (const std::string& url : urls) {
        const std::string base = name_of_url(url);
        std::string name = base;
        for (int number = 2; !taken.insert(name).second; ++number) {
            name = base + "-" + std::to_string(number);
        }
        names.push_back(name);
    }
    return names;
}

Result<FrozenSeed> freeze_seed(const std::vector<std::string>& urls) {
    if (urls.empty()) return refusal("A seed needs at least one repository.");
    std::vector<std::string> clean;
    for (const std::string& url : urls) {
        clean.push_back(without_trailing_slashes(url));
        if (std::ranges::count(clean, clean.back()) > 1) {
            return refusal("The repository " + clean.back() + " is given twice.");
        }
    }
    const std::vector<std::string> names = seed_repo_names(clean);
    FrozenSeed seed;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        Result<SeedRepo> repo = freeze_repo(clean[i], names[i]);
        if (!repo) return repo.error();
        seed.repos.push_back(std::move(*repo));
    }
    seed.id = seed_id(seed.repos);
    return seed;
}

}  // namespace terrace::ingest
