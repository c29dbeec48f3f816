#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/vocab/resources.hpp"
#include "common/vocab/result.hpp"

namespace terrace::worker {

/// How a slot comes by a clean build root, slowest first.
enum class RootKind {
    plain,       ///< every package is installed anew
    root_cache,  ///< unpacked from mock's root cache
    tmpfs,       ///< the same, into a tmpfs
    reuse        ///< a prepared root under an overlay whose upper layer is thrown away
};
BOOST_DESCRIBE_ENUM(RootKind, plain, root_cache, tmpfs, reuse)

/// The operator's choice.
struct RootSettings {
    RootKind kind = RootKind::root_cache;
    /// Of one slot. Its files are memory, and count as the attempt's: so the worker offers the farm
    /// that much less of its memory for each slot, and an attempt with a tmpfs may use that more.
    std::int64_t tmpfs_bytes = std::int64_t{4} << 30;
    /// A build for which more disk is set aside gets its root from the root cache, on disk.
    std::int64_t tmpfs_disk_bytes_max = std::int64_t{2} << 30;
};

/// Errc::invalid_argument if a worker with these rights cannot give its builds such roots.
Result<void> check_roots(const RootSettings& settings, bool worker_is_root);

/// What this build gets. Of a build whose disk use nobody knows (0) a tmpfs may be too small; and
/// one that is several runs of mock (`split`: is_split()) would find its tmpfs empty in the second,
/// as mock mounts it for itself only.
RootKind root_kind_of(const RootSettings& settings, const Resources& order, bool split);

/// Of the memory of a host with that many slots, what the farm may set aside.
std::int64_t memory_offered(const RootSettings& settings, std::int64_t host_bytes, int slots);

/// Where build roots that are kept lie. The key names seed and configuration.
struct RootPlaces {
    std::filesystem::path cache;     ///< mock's root cache for this key
    std::filesystem::path prepared;  ///< the overlay's layers, of one slot, for this key
};

/// Lines for the end of an attempt's mock configuration: mock's own plugins do it. A root cache is
/// found by its key, so its age says nothing; mock would drop it as older than the attempt's
/// configuration.
std::string root_config_text(RootKind kind, const RootSettings& settings, const RootPlaces& places);

}  // namespace terrace::worker
