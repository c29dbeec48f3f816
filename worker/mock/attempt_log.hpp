#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "worker/agent/ports.hpp"
#include "worker/mock/head_tail_file.hpp"

namespace terrace::worker {

/// The log of one attempt: one text, kept in a local file and shipped to the scheduler by a thread
/// of its own, from wherever it got to. Of a long one the head is shipped as it grows, and the tail
/// at the end. Shipping never fails the attempt: while the farm is away the text waits, and when
/// the lease has ended shipping ends with it.
class AttemptLog {
public:
    /// `api` must outlive the log. Throws std::system_error if the file cannot be made.
    AttemptLog(agent::SchedulerApi& api,
               LeaseKey lease,
               const std::filesystem::path& file,
               LogLimits limits = {});
    /// Drops what was not shipped.
    ~AttemptLog();
    AttemptLog(const AttemptLog&) = delete;
    AttemptLog& operator=(const AttemptLog&) = delete;

    /// Adds a line of the part of the log called `part`; where the part changes, a header line
    /// names it. For one thread.
    void line(std::string_view part, std::string_view text);

    /// The log has ended: further lines are ignored. Waits until everything was shipped, or cannot
    /// be any more, or `give_up` says true.
    void finish(const std::function<bool()>& give_up);

private:
    void ship();
    std::string unshipped();
    bool note_shipped(std::int64_t offset);

    agent::SchedulerApi& api_;
    const LeaseKey lease_;
    std::string part_;

    std::mutex mutex_;
    std::condition_variable changed_;
    HeadTailFile text_;
    std::int64_t shipped_ = 0;  // the scheduler has it up to here
    bool finishing_ = false;    // ship without delay
    bool ended_ = false;        // nothing can be shipped any more
    bool stop_ = false;
    std::thread shipper_;
};

}  // namespace terrace::worker
