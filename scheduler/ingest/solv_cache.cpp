#include "scheduler/ingest/solv_cache.hpp"

#include <optional>

#include "common/os/sealed_file.hpp"
#include "common/solv/pool.hpp"

namespace terrace::ingest {
namespace {

constexpr std::size_t kFilesMax = 16;

}  // namespace

Result<std::string> solv_of(const Primary& primary, const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / (primary.digest.hex + ".solv");
    const std::string kind = "terrace-solv-1 " + primary.digest.hex;
    if (std::optional<std::string> cached = os::read_sealed(path, kind)) return std::move(*cached);
    solv::Pool pool;
    const Result<void> added = pool.add_primary(primary.repo, primary.path);
    if (!added) return added.error();
    std::string bytes = pool.to_solv();
    os::write_sealed(path, kind, bytes);
    os::remove_oldest(directory, ".solv", kFilesMax);
    return bytes;
}

}  // namespace terrace::ingest
