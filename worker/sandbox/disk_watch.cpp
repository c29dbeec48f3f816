#include "worker/sandbox/disk_watch.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <system_error>

namespace terrace::sandbox {
namespace {

std::string gib(std::int64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
    return text;
}

}  // namespace

std::int64_t free_disk_bytes(const std::filesystem::path& directory) {
    std::error_code error;
    const auto space = std::filesystem::space(directory, error);
    return error ? 0 : static_cast<std::int64_t>(space.available);
}

DiskWatch::DiskWatch(FreeBytes free_bytes, std::int64_t free_min)
    : free_bytes_(std::move(free_bytes)), free_min_(free_min) {}

Result<DiskWatch::Claim> DiskWatch::claim(std::int64_t bytes) {
    const std::lock_guard lock(mutex_);
    std::int64_t promised = 0;
    for (const auto& [number, share] : shares_)
        promised += std::max<std::int64_t>(0, share.claimed - share.used);
    const std::int64_t free = free_bytes_();
    if (bytes > free - free_min_ - promised) {
        return Error{Errc::unavailable, "It needs " + gib(bytes) + " of disk; " + gib(free) +
                                            " are free, of which " + gib(promised) +
                                            " are set aside for running attempts and " +
                                            gib(free_min_) + " are kept free (disk_free_min)."};
    }
    shares_[++last_number_] = {bytes, 0};
    return Claim(*this, last_number_);
}

std::int64_t DiskWatch::offered_bytes() const {
    const std::lock_guard lock(mutex_);
    std::int64_t used = 0;
    for (const auto& [number, share] : shares_) used += share.used;
    const std::int64_t all = std::max<std::int64_t>(0, free_bytes_() + used - free_min_);
    return all - all / 10;
}

bool DiskWatch::Claim::must_end(std::int64_t used_bytes) {
    if (watch_ == nullptr) return false;
    const std::lock_guard lock(watch_->mutex_);
    watch_->shares_.at(number_).used = used_bytes;
    if (watch_->free_bytes_() >= watch_->free_min_) return false;
    // Of equals the last one: it has the least to lose.
    const auto largest = std::ranges::max_element(watch_->shares_, [](auto& a, auto& b) {
        return std::pair(a.second.used, a.first) < std::pair(b.second.used, b.first);
    });
    return largest->first == number_;
}

void DiskWatch::Claim::release() {
    if (watch_ == nullptr) return;
    const std::lock_guard lock(watch_->mutex_);
    watch_->shares_.erase(number_);
    watch_ = nullptr;
}

}  // namespace terrace::sandbox
