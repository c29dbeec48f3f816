#include "scheduler/publish/carry_over.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/link_file.hpp"
#include "scheduler/publish/repo_writer.hpp"

namespace terrace::publish {
namespace {

/// What a repomd.xml of ours names: "repodata/CHECKSUM-primary.xml.zst" and its like.
std::vector<std::string> metadata_locations(const std::filesystem::path& repo) {
    constexpr std::string_view kBefore = "<location href=\"";
    const std::string repomd = os::read_file(repo / "repodata" / "repomd.xml");
    std::vector<std::string> locations;
    for (std::size_t at = repomd.find(kBefore); at != std::string::npos;
         at = repomd.find(kBefore, at)) {
        at += kBefore.size();
        locations.push_back(repomd.substr(at, repomd.find('"', at) - at));
    }
    return locations;
}

void link_unless_there(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (std::filesystem::exists(to)) return;
    std::filesystem::create_directories(to.parent_path());
    link_file(from, to);
}

}  // namespace

void carry_over(const std::filesystem::path& base,
                const Manifest& manifest,
                const std::filesystem::path& incoming) {
    for (const std::string& repo : manifest.repos) {
        for (const std::string& location : metadata_locations(base / repo)) {
            link_unless_there(base / repo / location, incoming / repo / location);
        }
    }
    for (const core::ComposePackage& package : manifest.packages) {
        const std::string file = package.repo + "/" + package_location(package.filename);
        link_unless_there(base / file, incoming / file);
    }
}

}  // namespace terrace::publish
