#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "common/os/unique_fd.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/sha256.hpp"
#include "scheduler/publish/object_store.hpp"

namespace terrace::publish {

/// Uploads that outlive their connection and this process: DIGEST.ATTEMPT in the store's
/// incoming(), so two attempts that upload the same bytes do not mix. Safe from several threads at
/// once. Throws std::system_error when the disk fails; if it is full, the bytes that were held make
/// room.
class PartialUploads {
    struct Turn;

public:
    /// One connection's turn at an upload, from where the one before it got to. What came stays
    /// when it is destroyed. For one thread at a time; must not outlive the PartialUploads.
    class Part {
    public:
        ~Part();
        Part(const Part&) = delete;
        Part& operator=(const Part&) = delete;

        /// Errc::conflict once another connection has taken over.
        Result<void> append(std::string_view bytes);
        /// Synced and in place. Errc::invalid_argument when the bytes have another digest: they are
        /// dropped.
        Result<void> finish();
        /// True if the store has the object by now: then the bytes that are held are dropped.
        bool is_superfluous();

    private:
        friend class PartialUploads;
        Part(PartialUploads& owner,
             Digest wanted,
             std::filesystem::path path,
             std::shared_ptr<Turn> turn);
        Result<void> start(std::uint64_t offset);
        void drop();

        PartialUploads& owner_;
        const Digest wanted_;
        const std::filesystem::path path_;
        const std::shared_ptr<Turn> turn_;  // shared with the owner's list of who is at it
        os::UniqueFd file_;
        std::uint64_t size_ = 0;
        Sha256 hash_;
    };

    /// `store` must outlive it. `bytes_max`: of one object.
    PartialUploads(const ObjectStore& store, std::uint64_t bytes_max)
        : store_(store), bytes_max_(bytes_max) {}

    std::uint64_t bytes_held(const Digest& digest, AttemptId attempt) const;

    /// Takes over from whoever is at it. Errc::conflict if `offset` is neither bytes_held() nor 0,
    /// which starts anew. Reads what is held once more, for its digest.
    Result<std::unique_ptr<Part>> resume(const Digest& digest,
                                         AttemptId attempt,
                                         std::uint64_t offset);

    /// Those of which something is held, by id.
    std::vector<AttemptId> attempts() const;
    void drop(AttemptId attempt);

    /// Whose a file of incoming() is; nullopt: not one of ours.
    static std::optional<AttemptId> attempt_of(const std::filesystem::path& file);

private:
    std::filesystem::path path_of(const Digest& digest, AttemptId attempt) const;
    /// Whoever was at it is refused from now on, and does not write any more.
    std::shared_ptr<Turn> take_over(const std::filesystem::path& path);

    const ObjectStore& store_;
    const std::uint64_t bytes_max_;
    std::mutex mutex_;
    std::map<std::filesystem::path, std::shared_ptr<Turn>> turns_;
};

}  // namespace terrace::publish
