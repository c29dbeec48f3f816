#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "worker/agent/ports.hpp"

namespace terrace::worker {

/// The log of one attempt: one text, kept in a local file and shipped to the scheduler by a thread
/// of its own, from wherever it got to. Shipping never fails the attempt: while the farm is away
/// the text waits, and when the lease has ended shipping ends with it.
class AttemptLog {
public:
    /// `api` must outlive the log. Throws std::system_error if the file cannot be made.
    AttemptLog(agent::SchedulerApi& api, LeaseKey lease, const std::filesystem::path& file);
    /// Drops what was not shipped.
    ~AttemptLog();
    AttemptLog(const AttemptLog&) = delete;
    AttemptLog& operator=(const AttemptLog&) = delete;

    /// Adds a line of the part of the log called `part`; where the part changes, a header line
    /// names it. Beyond the size limit lines are dropped, and the log says so. For one thread.
    void line(std::string_view part, std::string_view text);

    /// Waits until everything was shipped, or cannot be any more, or `give_up` says true.
    void finish(const std::function<bool()>& give_up);

private:
    void add(std::string_view text);
    void ship();
    std::string unshipped();

    agent::SchedulerApi& api_;
    const LeaseKey lease_;
    const std::filesystem::path file_;
    std::ofstream out_;
    std::string part_;
    std::int64_t part_bytes_ = 0;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::int64_t size_ = 0;     // of the file
    std::int64_t shipped_ = 0;  // the scheduler has it up to here
    bool finishing_ = false;    // ship without delay
    bool ended_ = false;        // nothing can be shipped any more
    bool stop_ = false;
    std::thread shipper_;
};

}  // namespace terrace::worker
