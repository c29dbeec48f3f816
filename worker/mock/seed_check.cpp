#include "worker/mock/seed_check.hpp"

#include "common/os/fetch.hpp"
#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

constexpr std::size_t kRepomdBytesMax = 4 << 20;

}  // namespace

Result<void> verify_seed(const std::vector<SeedRepo>& repos) {
    for (const SeedRepo& repo : repos) {
        const auto repomd = os::fetch_url(repo.url + "/repodata/repomd.xml", kRepomdBytesMax);
        if (!repomd) return repomd.error();
        const Digest digest = os::sha256_of_text(*repomd);
        if (digest != repo.repomd_digest) {
            return Error{Errc::conflict, "The repository " + repo.url +
                                             " has changed since the seed was frozen (its " +
                                             "repomd.xml is " + digest.hex + ", not " +
                                             repo.repomd_digest.hex +
                                             "): refusing to build from it."};
        }
    }
    return {};
}

}  // namespace terrace::worker
