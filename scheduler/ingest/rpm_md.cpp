#include "scheduler/ingest/rpm_md.hpp"

#include <map>
#include <utility>

#include "common/os/files.hpp"
#include "common/solv/pool.hpp"
#include "common/solv/repomd.hpp"

namespace terrace::ingest {
namespace {

Error refusal(std::string message) {
    return Error{Errc::invalid_argument, std::move(message)};
}

/// The latest package of each name: repositories of updates hold older ones, too.
std::map<std::string, solv::Package> latest_sources(const solv::Pool& pool) {
    std::map<std::string, solv::Package> latest;
    for (const solv::Package package : pool.packages()) {
        if (pool.arch(package) != "src") continue;
        const auto [known, is_new] = latest.emplace(pool.name(package), package);
        if (!is_new && pool.evr(package) > pool.evr(known->second)) known->second = package;
    }
    return latest;
}

core::SourcePackage source_package(const solv::Pool& pool, solv::Package package) {
    const Evr evr = pool.evr(package);
    core::SourcePackage source;
    source.name = pool.name(package);
    source.epoch = evr.epoch;
    source.version = evr.version;
    source.release = evr.release;
    source.srpm_name = std::filesystem::path(pool.location(package)).filename();
    source.srpm_size = pool.file_size(package);
    for (std::string& text : pool.required(package)) {
        if (!text.starts_with("rpmlib(")) source.build_requires.push_back(std::move(text));
    }
    return source;
}

}  // namespace

Result<Primary> find_primary(const std::filesystem::path& repo_directory) {
    const Result<solv::RepomdEntry> entry =
        solv::find_in_repomd(repo_directory / "repodata" / "repomd.xml", "primary");
    if (!entry) return entry.error();
    const Primary primary{repo_directory.string(), repo_directory / entry->location, entry->digest};
    if (!std::filesystem::exists(primary.path)) {
        return refusal(primary.path.string() + " is not there, but repomd.xml names it.");
    }
    const Digest actual = os::sha256_of_file(primary.path);
    if (actual != primary.digest) {
        return refusal(primary.path.string() + " is damaged or of another time than repomd.xml: " +
                       "its SHA-256 is " + actual.hex + ", not " + primary.digest.hex + ".");
    }
    return primary;
}

Result<SourceRepo> read_source_packages(const std::filesystem::path& repo_directory) {
    const Result<Primary> primary = find_primary(repo_directory);
    if (!primary) return primary.error();
    solv::Pool pool;
    const Result<void> added = pool.add_primary(primary->repo, primary->path);
    if (!added) return added.error();
    SourceRepo repo;
    for (const auto& [name, package] : latest_sources(pool)) {
        core::SourcePackage source = source_package(pool, package);
        const std::optional<Digest> digest = Digest::parse(pool.sha256(package));
        if (!digest || source.srpm_name.empty()) {
            return refusal(primary->path.string() + " has no SHA-256 or no location of " +
                           pool.nevra(package) + ".");
        }
        source.srpm_digest = *digest;
        repo.packages.push_back(std::move(source));
        repo.locations.push_back(pool.location(package));
    }
    if (repo.packages.empty()) {
        return refusal(primary->path.string() + " lists no source packages.");
    }
    return repo;
}

}  // namespace terrace::ingest
