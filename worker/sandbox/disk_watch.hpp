#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "common/vocab/result.hpp"

namespace terrace::sandbox {

/// Bytes that may still be written below `directory`; 0 if it cannot be told.
std::int64_t free_disk_bytes(const std::filesystem::path& directory);

/// Keeps the attempts of a worker from filling their disk. Callable from any thread.
class DiskWatch {
public:
    /// What one running attempt has claimed; given back by the destructor.
    class Claim {
    public:
        Claim() = default;
        Claim(DiskWatch& watch, std::int64_t number) : watch_(&watch), number_(number) {}
        ~Claim() { release(); }
        Claim(Claim&& other) noexcept
            : watch_(std::exchange(other.watch_, nullptr)), number_(other.number_) {}
        Claim& operator=(Claim&& other) noexcept {
            if (this != &other) {
                release();
                watch_ = std::exchange(other.watch_, nullptr);
                number_ = other.number_;
            }
            return *this;
        }
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;

        /// Tells what the attempt has on disk now. @return true if it must end: there is less than
        /// the minimum free, and no other attempt has more
        bool must_end(std::int64_t used_bytes);

    private:
        void release();

        DiskWatch* watch_ = nullptr;
        std::int64_t number_ = 0;
    };

    using FreeBytes = std::function<std::int64_t()>;

    /// `free_min`: what is always to be left on the disk.
    DiskWatch(FreeBytes free_bytes, std::int64_t free_min);

    /// Sets `bytes` aside, if they are free besides the minimum and what running attempts have
    /// claimed and not used yet. Errc::unavailable, with the figures, if they are not.
    Result<Claim> claim(std::int64_t bytes);

    /// What attempts may have in all, running ones and others: for the farm to set aside. A tenth
    /// is kept for what changes until the farm is told again.
    std::int64_t offered_bytes() const;

    std::int64_t free_min() const { return free_min_; }

private:
    struct Share {
        std::int64_t claimed = 0;
        std::int64_t used = 0;
    };

    const FreeBytes free_bytes_;
    const std::int64_t free_min_;
    mutable std::mutex mutex_;
    std::map<std::int64_t, Share> shares_;
    std::int64_t last_number_ = 0;
};

}  // namespace terrace::sandbox
