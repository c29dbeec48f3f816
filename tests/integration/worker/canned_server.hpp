#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/os/unique_fd.hpp"

namespace terrace::worker {

/// An HTTP server on the loopback interface that answers each request with the next of the given
/// answers, one connection an answer, and remembers what it was asked.
class CannedServer {
public:
    struct Answer {
        int status = 200;
        std::string body;
    };

    explicit CannedServer(std::vector<Answer> answers);
    ~CannedServer();
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// Header and body of each request so far.
    std::vector<std::string> requests();

private:
    void serve();

    std::vector<Answer> answers_;
    os::UniqueFd listener_;
    int port_ = 0;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

}  // namespace terrace::worker
