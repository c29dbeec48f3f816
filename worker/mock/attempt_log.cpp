#include "worker/mock/attempt_log.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>

#include "common/runtime/log.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kLogBytesMax = 64 << 20;
constexpr std::size_t kChunkBytes = 128 << 10;
constexpr auto kGatherDelay = 500ms;  // a build writes many short lines: do not send each alone
constexpr auto kRetryDelay = 5s;

}  // namespace

AttemptLog::AttemptLog(agent::SchedulerApi& api, LeaseKey lease, const std::filesystem::path& file)
    : api_(api), lease_(lease), file_(file), out_(file, std::ios::binary | std::ios::trunc) {
    if (!out_)
        throw std::system_error(errno, std::generic_category(), "cannot make " + file.string());
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
    if (part_bytes_ >= kLogBytesMax) return;
    part_bytes_ += static_cast<std::int64_t>(bytes.size());
    add(bytes);
    if (part_bytes_ >= kLogBytesMax) {
        add("\n==> The log is longer than " + std::to_string(kLogBytesMax >> 20) +
            " MiB: the rest is left out. <==\n");
    }
}

void AttemptLog::add(std::string_view text) {
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    out_.flush();
    if (!out_) {
        // The disk is full, say. The build's own end will tell; the log just stops here.
        part_bytes_ = kLogBytesMax;
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        size_ += static_cast<std::int64_t>(text.size());
    }
    changed_.notify_all();
}

void AttemptLog::finish(const std::function<bool()>& give_up) {
    std::unique_lock lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
    while (shipped_ < size_ && !ended_ && !give_up()) {
        changed_.wait_for(lock, 200ms);
    }
}

/// The next piece to be shipped; waits for it. Empty: stop.
std::string AttemptLog::unshipped() {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stop_ || shipped_ < size_; });
        changed_.wait_for(lock, kGatherDelay, [this] { return stop_ || finishing_; });
        if (stop_) return "";
        begin = shipped_;
        end = size_;
    }
    std::string text(std::min(static_cast<std::size_t>(end - begin), kChunkBytes), '\0');
    std::ifstream in(file_, std::ios::binary);
    in.seekg(begin);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

void AttemptLog::ship() {
    for (std::string text = unshipped(); !text.empty(); text = unshipped()) {
        const auto sent = api_.append_log(lease_, shipped_, text);
        const bool again = !sent && sent.error().code == Errc::unavailable;
        if (!sent) {
            runtime::log_warn("log_not_shipped",
                              {{"attempt", lease_.attempt}, {"error", sent.error().message}});
        }
        std::unique_lock lock(mutex_);
        if (sent) {
            shipped_ += static_cast<std::int64_t>(text.size());
        } else if (again) {
            changed_.wait_for(lock, kRetryDelay, [this] { return stop_; });
        } else {
            break;
        }
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
