#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"

namespace terrace::scheduler {

/// What a live server of this data directory says about itself.
struct RunningPostgres {
    pid_t pid = 0;
    std::filesystem::path socket_directory;
};

/// Reads data/postmaster.pid; nullopt unless the process it names is there and is at home in
/// `data`.
std::optional<RunningPostgres> find_running_postgres(const std::filesystem::path& data);

/// A running server, our child or one that an earlier scheduler left; stopped by the destructor.
class PostgresServer {
public:
    /// Starts a server for `directory`/data. It may not answer yet. Throws std::system_error.
    static std::unique_ptr<PostgresServer> start(const std::filesystem::path& programs,
                                                 const std::filesystem::path& directory);
    /// Takes over one that runs; nullptr when it has just ended.
    static std::unique_ptr<PostgresServer> adopt(const RunningPostgres& running);
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    bool has_ended();
    const std::filesystem::path& socket_directory() const { return socket_directory_; }

private:
    PostgresServer() = default;
    bool wait_for_end(std::chrono::seconds timeout);

    pid_t pid_ = 0;
    os::UniqueFd pid_fd_;  ///< names the process even when its number is another's
    std::filesystem::path socket_directory_;
    std::unique_ptr<os::TemporaryDirectory> own_socket_directory_;
    std::unique_ptr<os::ChildProcess> child_;  ///< nullptr: adopted
};

}  // namespace terrace::scheduler
