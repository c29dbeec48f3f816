#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/time.hpp"

namespace terrace::publish {

/// Files named by their SHA-256, in ROOT/ab/abcdef...; written once, never changed, mode 0444. Safe
/// from several threads at once. One process writes: a scheduler that takes over ends the uploads
/// of the one before it, and nothing else. Throws std::system_error when the disk fails.
class ObjectStore {
public:
    /// Makes the directories; removes uploads that a crash left in ROOT/incoming, but for those
    /// that go on (PartialUploads).
    explicit ObjectStore(std::filesystem::path root);

    bool contains(const Digest& digest) const;
    std::optional<std::uintmax_t> size_of(const Digest& digest) const;
    /// The same, for whoever is told that it need not bring the object: it then stays for an hour
    /// at least, whatever refers to it.
    std::optional<std::uintmax_t> claim(const Digest& digest) const;
    /// Where the bytes are, or would be; also for hard links. @pre digest is not the empty one
    std::filesystem::path path_of(const Digest& digest) const;

    /// A directory for what is made of objects and can be made again.
    std::filesystem::path metadata_directory() const { return root_ / "metadata"; }

    /// A directory that says which object is the signed form of which (signed_objects.hpp).
    std::filesystem::path signed_directory() const { return root_ / "signed"; }

    /// A directory that says which object is the provenance of which build (provenance_store.hpp).
    std::filesystem::path provenance_directory() const { return root_ / "provenance"; }

    /// An upload in pieces: keeps nothing unless finish() says so. The same bytes may be on their
    /// way more than once; each upload finishes. Used by one thread at a time; the store must
    /// outlive it.
    class Upload {
    public:
        Upload(const ObjectStore& store, Digest wanted);
        ~Upload();
        Upload(Upload&&) = delete;
        void append(std::string_view bytes);
        /// Synced and in place, or Errc::invalid_argument when the bytes have another digest.
        /// @pre called once, after the last append()
        Result<void> finish();

    private:
        const ObjectStore& store_;
        Digest wanted_;
        std::filesystem::path temporary_;
        os::UniqueFd file_;
        os::Sha256 hash_;
    };

    /// Where files are until they are whole.
    std::filesystem::path incoming() const { return root_ / "incoming"; }
    /// Puts a whole file from incoming() in its place, synced. False: it is not there any more.
    /// @pre its bytes, open as `file`, have that digest
    bool adopt(const os::UniqueFd& file,
               const std::filesystem::path& temporary,
               const Digest& digest) const;

    /// All objects, in order.
    std::vector<Digest> digests() const;
    /// Removes an object that came before that moment and that nobody was told of lately; not with
    /// `dry_run`. True: it is removed, or would be.
    bool remove_if_older(const Digest& digest, TimePoint before, bool dry_run) const;

private:
    bool is_claimed(const Digest& digest) const;

    std::filesystem::path root_;
    // What is claimed or comes in is not removed at the same moment.
    mutable std::mutex mutex_;
    mutable std::set<Digest> claimed_;         ///< since turned_at_
    mutable std::set<Digest> claimed_before_;  ///< in the hour before, at least
    mutable std::chrono::steady_clock::time_point turned_at_ = std::chrono::steady_clock::now();
};

}  // namespace terrace::publish
