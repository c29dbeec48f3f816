#include "tests/integration/worker/fake_scheduler.hpp"

#include <fstream>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

const Error kAway{Errc::unavailable, "The farm is away."};

}  // namespace

bool FakeScheduler::is_away() {
    if (calls_away <= 0) return false;
    --calls_away;
    return true;
}

Result<std::int64_t> FakeScheduler::append_log(LeaseKey,
                                               std::int64_t offset,
                                               std::string_view text) {
    if (is_away()) return kAway;
    if (lease_ended) return Error{Errc::stale_lease, "The lease has ended."};
    const std::lock_guard lock(mutex_);
    // As the scheduler does: a piece that was sent twice changes nothing.
    const auto begin = static_cast<std::size_t>(offset);
    if (loses_log.exchange(false)) log_.resize(log_.size() / 2);
    if (begin <= log_.size()) {
        log_.resize(begin);
        log_ += text;
    }
    return static_cast<std::int64_t>(log_.size());
}

Result<LookAnswer> FakeScheduler::report_look(AttemptId, const LookReport& look) {
    if (is_away()) return kAway;
    looks.push_back(look);
    return LookAnswer{looks.size() == 1 ? pairs_wanted : std::nullopt};
}

Result<void> FakeScheduler::fetch_object(const Digest& digest, const std::filesystem::path& to) {
    if (is_away()) return kAway;
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(digest);
    if (found == objects_.end())
        return Error{Errc::not_found, "There is no object " + digest.hex + "."};
    std::ofstream(to, std::ios::binary) << found->second;
    return {};
}

Result<void> FakeScheduler::store_object(LeaseKey,
                                         const Digest& digest,
                                         const std::filesystem::path& from) {
    if (is_away()) return kAway;
    const std::string content = os::read_file(from);
    const std::lock_guard lock(mutex_);
    objects_[digest] = content;
    return {};
}

Digest FakeScheduler::add_object(const std::string& content) {
    const Digest digest = os::sha256_of_text(content);
    const std::lock_guard lock(mutex_);
    objects_[digest] = content;
    return digest;
}

bool FakeScheduler::has_object(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    return objects_.contains(digest);
}

void FakeScheduler::forget_log() {
    const std::lock_guard lock(mutex_);
    log_.clear();
}

std::string FakeScheduler::log() {
    const std::lock_guard lock(mutex_);
    return log_;
}

}  // namespace terrace::worker
