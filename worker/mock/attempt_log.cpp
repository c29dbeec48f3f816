#include "worker/mock/attempt_log.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "common/runtime/log.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kChunkBytes = 128 << 10;
constexpr auto kGatherDelay = 500ms;  // a build writes many short lines: do not send each alone
constexpr auto kRetryDelay = 5s;

}  // namespace

AttemptLog::AttemptLog(agent::SchedulerApi& api,
                       LeaseKey lease,
                       const std::filesystem::path& file,
                       LogLimits limits)
    : api_(api), lease_(lease), text_(file, limits) {
    shipper_ = std::thread([this] { ship(); });
}

AttemptLog::~AttemptLog() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    shipper_.join();
}

void AttemptLog::line(std::string_view part, std::string_view text) {
    std::string bytes;
    if (part != part_) {
        bytes = (part_.empty() ? "==> " : "\n==> ") + std::string(part) + " <==\n";
        part_ = part;
    }
    bytes += text;
    bytes += '\n';
    {
        const std::lock_guard lock(mutex_);
        text_.append(bytes);
    }
    changed_.notify_all();
}

void AttemptLog::finish(const std::function<bool()>& give_up) {
    std::unique_lock lock(mutex_);
    text_.close();
    finishing_ = true;
    changed_.notify_all();
    while (shipped_ < text_.size() && !ended_ && !give_up()) {
        changed_.wait_for(lock, 200ms);
    }
}

/// The next piece to be shipped; waits for it. Empty: stop.
std::string AttemptLog::unshipped() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || shipped_ < text_.size(); });
    changed_.wait_for(lock, kGatherDelay, [this] { return stop_ || finishing_; });
    if (stop_) return "";
    try {
        return text_.read(shipped_, kChunkBytes);
    } catch (const std::system_error& e) {
        runtime::log_warn("log_not_shipped", {{"attempt", lease_.attempt}, {"error", e.what()}});
        return "";
    }
}

/// False: no progress was made.
bool AttemptLog::note_shipped(std::int64_t offset) {
    const std::int64_t before = shipped_;
    // Less than before where the farm has lost some: it is still here.
    shipped_ = std::clamp<std::int64_t>(offset, 0, text_.size());
    return shipped_ > before;
}

void AttemptLog::ship() {
    for (std::string text = unshipped(); !text.empty(); text = unshipped()) {
        const auto sent = api_.append_log(lease_, shipped_, text);
        const bool again = !sent && sent.error().code == Errc::unavailable;
        if (!sent) {
            runtime::log_warn("log_not_shipped",
                              {{"attempt", lease_.attempt}, {"error", sent.error().message}});
        }
        if (!sent && !again) break;
        std::unique_lock lock(mutex_);
        const bool progress = sent && note_shipped(*sent);
        if (!progress) changed_.wait_for(lock, kRetryDelay, [this] { return stop_; });
        lock.unlock();
        changed_.notify_all();
    }
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    changed_.notify_all();
}

}  // namespace terrace::worker
