#include "scheduler/http/housekeeping.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <span>
#include <vector>

#include "common/runtime/log.hpp"
#include "common/vocab/names.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = 30s;
constexpr int kPassesPerRemoval = 120;
constexpr std::size_t kAskedAtOnce = 1000;

/// Calls `visit(attempt, end)` for each of them that the database knows.
template <class Visit>
void for_each_known(Reads& reads, std::span<const AttemptId> attempts, Visit visit) {
    while (!attempts.empty()) {
        const auto asked = attempts.first(std::min(attempts.size(), kAskedAtOnce));
        attempts = attempts.subspan(asked.size());
        for (const auto& [attempt, end] : reads.attempt_ends({asked.begin(), asked.end()}))
            visit(attempt, end);
    }
}

/// Whether `work` was done; what it throws is a warning, so that the others have their turn.
template <class Work>
bool attempt_to(const char* event, AttemptId attempt, Work work) {
    try {
        work();
        return true;
    } catch (const std::exception& e) {
        runtime::log_warn(event, {{"attempt", attempt}, {"why", e.what()}});
        return false;
    }
}

}  // namespace

std::size_t compress_ended_logs(LogStore& logs, Reads& reads) {
    std::size_t done = 0;
    const std::vector<AttemptId> plain = logs.plain_logs();
    for_each_known(reads, plain, [&](AttemptId attempt, const std::optional<AttemptEnd>& end) {
        if (end && attempt_to("log_not_compressed", attempt, [&] { logs.compress(attempt); }))
            ++done;
    });
    return done;
}

std::size_t drop_dead_uploads(Objects& objects, Reads& reads) {
    std::vector<AttemptId> dead = objects.attempts_uploading();
    // An attempt is in the database before a worker hears of it: one that is not there is dead,
    // too.
    const std::vector<AttemptId> asked = dead;
    for_each_known(reads, asked, [&](AttemptId attempt, const std::optional<AttemptEnd>& end) {
        if (!end) std::erase(dead, attempt);
    });
    for (const AttemptId attempt : dead) {
        runtime::log_info("upload_dropped",
                          {{"attempt", attempt}, {"why", "its attempt has ended"}});
        attempt_to("upload_not_dropped", attempt, [&] { objects.drop_uploads(attempt); });
    }
    return dead.size();
}

std::size_t remove_old_logs(LogStore& logs,
                            Reads& reads,
                            const LogKeeping& keeping,
                            TimePoint now) {
    // A log was last written before its attempt ended, so a young one need not be asked about.
    const TimePoint young = now - std::min(keeping.keep, keeping.keep_failed);
    std::vector<AttemptId> candidates;
    for (const EndedLog& log : logs.ended_logs()) {
        if (log.written_at < young) candidates.push_back(log.attempt);
    }
    std::size_t done = 0;
    for_each_known(reads, candidates, [&](AttemptId attempt, const auto& end) {
        if (!end || !keeping.is_over(*end, now)) return;
        if (!attempt_to("log_not_removed", attempt, [&] { logs.remove(attempt); })) return;
        runtime::log_debug("log_removed", {{"attempt", attempt},
                                           {"outcome", name_of(end->outcome)},
                                           {"policy", keeping.name_for(end->outcome)}});
        ++done;
    });
    if (done != 0) {
        runtime::log_info(
            "old_logs_removed",
            {{"count", done}, {"keep", keeping.keep}, {"keep_failed", keeping.keep_failed}});
    }
    return done;
}

Housekeeper::Housekeeper(LogStore& logs, Objects& objects, Reads& reads, LogKeeping keeping)
    : logs_(logs), objects_(objects), reads_(reads), keeping_(keeping) {
    thread_ = std::thread([this] { run(); });
}

void Housekeeper::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Housekeeper::run() {
    for (int pass = 0;; ++pass) {
        tidy(pass % kPassesPerRemoval == 0);
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, kInterval, [this] { return stopping_; })) return;
    }
}

void Housekeeper::tidy(bool old_logs) {
    try {
        compress_ended_logs(logs_, reads_);
        drop_dead_uploads(objects_, reads_);
        if (!old_logs) return;
        const auto now = std::chrono::system_clock::now();
        remove_old_logs(logs_, reads_, keeping_, std::chrono::floor<Duration>(now));
        logs_.add_up();
    } catch (const std::exception& e) {
        // The database is away, say. The next pass finds all of it again.
        runtime::log_warn("housekeeping_failed", {{"why", e.what()}});
    }
}

}  // namespace terrace::rest
