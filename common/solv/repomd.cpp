#include "common/solv/repomd.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "common/solv/libsolv.hpp"

namespace terrace::solv {
namespace {

struct FreePool {
    void operator()(s_Pool* pool) const { pool_free(pool); }
};

Error refusal(const std::filesystem::path& repomd, const std::string& why) {
    return Error{Errc::invalid_argument, repomd.string() + " " + why + "."};
}

/// The location goes into paths: it must not lead out of the repository.
bool is_inside(const std::filesystem::path& location) {
    return !location.empty() && location.is_relative() &&
           std::ranges::find(location, "..") == location.end();
}

std::string text_of(const char* text) {
    return text ? text : "";
}

}  // namespace

Result<RepomdEntry> find_in_repomd(const std::filesystem::path& repomd, const std::string& type) {
    const File file(std::fopen(repomd.c_str(), "re"));
    if (!file) {
        return Error{Errc::not_found, "Cannot open " + repomd.string() + ": " +
                                          std::generic_category().message(errno) + "."};
    }
    const std::unique_ptr<s_Pool, FreePool> pool(pool_create());
    s_Repo* repo = repo_create(pool.get(), "repomd");
    if (repo_add_repomdxml(repo, file.get(), 0) != 0) {
        return refusal(repomd,
                       std::string("is not a repomd.xml (") + pool_errstr(pool.get()) + ")");
    }
    std::optional<RepomdEntry> entry;
    ::Id checksum_type = 0;
    Dataiterator found;
    dataiterator_init(&found, pool.get(), repo, SOLVID_META, REPOSITORY_REPOMD_TYPE, type.c_str(),
                      SEARCH_STRING);
    dataiterator_prepend_keyname(&found, REPOSITORY_REPOMD);
    if (dataiterator_step(&found) != 0) {
        dataiterator_setpos_parent(&found);
        entry.emplace();
        entry->location =
            text_of(pool_lookup_str(pool.get(), SOLVID_POS, REPOSITORY_REPOMD_LOCATION));
        entry->digest.hex = text_of(pool_lookup_checksum(
            pool.get(), SOLVID_POS, REPOSITORY_REPOMD_CHECKSUM, &checksum_type));
    }
    dataiterator_free(&found);
    if (!entry) return refusal(repomd, "names no file of type '" + type + "'");
    if (!is_inside(entry->location)) {
        return refusal(repomd, "names '" + entry->location + "', which is not in its repository");
    }
    if (checksum_type != REPOKEY_TYPE_SHA256) {
        return refusal(repomd, "has no SHA-256 of " + entry->location);
    }
    return *entry;
}

}  // namespace terrace::solv
