#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

#include "common/vocab/time.hpp"
#include "scheduler/http/services.hpp"

namespace terrace::rest {

/// What is done for attempts after their end, from what is on disk and in the database alone, so
/// that a restart has nothing to make up for: logs are compressed, uploads that will not go on are
/// dropped, and logs are removed when their time is over. Each of these throws
/// std::exception when the database is away; what the disk refuses is logged and tried next time.
/// @return how many
std::size_t compress_ended_logs(LogStore& logs, Reads& reads);
std::size_t drop_dead_uploads(Objects& objects, Reads& reads);
std::size_t remove_old_logs(LogStore& logs, Reads& reads, const LogKeeping& keeping, TimePoint now);

/// A thread that does it: the first two twice a minute, the last every hour.
class Housekeeper {
public:
    /// All of them outlive it.
    Housekeeper(LogStore& logs, Objects& objects, Reads& reads, LogKeeping keeping);
    ~Housekeeper() { stop(); }
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// Ends after what is being done.
    void stop();

private:
    void run();
    void tidy(bool old_logs);

    LogStore& logs_;
    Objects& objects_;
    Reads& reads_;
    const LogKeeping keeping_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace terrace::rest
