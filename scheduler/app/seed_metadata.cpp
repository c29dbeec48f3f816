#include "scheduler/app/seed_metadata.hpp"

#include <memory>
#include <string>
#include <utility>

#include "common/os/fetch.hpp"
#include "common/os/files.hpp"
#include "common/solv/repomd.hpp"
#include "common/vocab/sha256.hpp"
#include "scheduler/ingest/solv_cache.hpp"

namespace terrace::scheduler {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRepomdBytesMax = 4 << 20;
constexpr std::size_t kPrimaryBytesMax = std::size_t{512} << 20;

fs::path kept_at(const SeedRepo& repo, const fs::path& cache) {
    return cache / "metadata" / repo.repomd_digest.hex;
}

/// An error if that is not there, or not whole.
Result<ingest::Primary> kept_primary(const SeedRepo& repo, const fs::path& cache) {
    const fs::path directory = kept_at(repo, cache);
    const fs::path repomd = directory / "repodata" / "repomd.xml";
    if (!fs::exists(repomd) || os::sha256_of_file(repomd) != repo.repomd_digest)
        return Error{Errc::not_found, repomd.string() + " is not there."};
    return ingest::find_primary(directory);
}

}  // namespace

Result<ingest::Primary> fetch_primary(const SeedRepo& repo, const fs::path& cache) {
    const Result<std::string> repomd =
        os::fetch_url(repo.url + "/repodata/repomd.xml", kRepomdBytesMax);
    if (!repomd) return repomd.error();
    if (sha256_of_text(*repomd) != repo.repomd_digest) {
        return Error{Errc::conflict, "The repository " + repo.url +
                                         " is not what the seed froze any more: add a seed anew "
                                         "(terrace seed add)."};
    }
    const fs::path directory = kept_at(repo, cache);
    fs::create_directories(directory / "repodata");
    os::write_file_atomically(directory / "repodata" / "repomd.xml", *repomd);
    const Result<solv::RepomdEntry> entry =
        solv::find_in_repomd(directory / "repodata" / "repomd.xml", "primary");
    if (!entry) return entry.error();
    const fs::path file = directory / entry->location;
    if (!fs::exists(file) || os::sha256_of_file(file) != entry->digest) {
        const Result<std::string> primary =
            os::fetch_url(repo.url + "/" + entry->location, kPrimaryBytesMax);
        if (!primary) return primary.error();
        fs::create_directories(file.parent_path());
        os::write_file_atomically(file, *primary);
    }
    return ingest::find_primary(directory);
}

Result<std::vector<solv::ClientRepo>> client_repos(const std::vector<SeedRepo>& repos,
                                                   const fs::path& cache) {
    std::vector<solv::ClientRepo> read;
    for (const SeedRepo& repo : repos) {
        Result<ingest::Primary> primary = kept_primary(repo, cache);
        if (!primary) primary = fetch_primary(repo, cache);
        if (!primary) return primary.error();
        primary->repo = repo.name;
        Result<std::string> bytes = ingest::solv_of(*primary, cache);
        if (!bytes) return bytes.error();
        read.push_back({repo.name, std::make_shared<const std::string>(*std::move(bytes))});
    }
    return read;
}

}  // namespace terrace::scheduler
