#include "scheduler/app/embedded_postgres_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <vector>

#include "common/runtime/log.hpp"
#include "scheduler/app/embedded_postgres_program.hpp"

namespace terrace::scheduler {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A socket's path must fit sockaddr_un; PostgreSQL adds this name.
constexpr std::string_view kSocketName = "/.s.PGSQL.5432";
constexpr std::size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - 1;

os::UniqueFd pid_fd_of(pid_t pid) {
    return os::UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

os::UniqueFd open_log(const fs::path& path) {
    os::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!fd)
        throw std::system_error(errno, std::generic_category(), "cannot open " + path.string());
    return fd;
}

}  // namespace

std::optional<RunningPostgres> find_running_postgres(const fs::path& data) {
    if (!fs::exists(data / "postmaster.pid")) return std::nullopt;
    // Its lines: process, data directory, start time, port, socket directory, address, ...
    std::istringstream lines(os::read_file(data / "postmaster.pid"));
    std::vector<std::string> fields;
    for (std::string line; std::getline(lines, line);) fields.push_back(line);
    if (fields.size() < 5) return std::nullopt;
    RunningPostgres running{std::atoi(fields[0].c_str()), fields[4]};
    if (running.pid <= 1) return std::nullopt;
    // After a reboot the number may be anyone's. A server's working directory is its data
    // directory.
    std::error_code error;
    const bool at_home =
        fs::equivalent("/proc/" + std::to_string(running.pid) + "/cwd", data, error);
    if (error || !at_home) return std::nullopt;
    return running;
}

std::unique_ptr<PostgresServer> PostgresServer::start(const fs::path& programs,
                                                      const fs::path& directory) {
    std::unique_ptr<PostgresServer> server(new PostgresServer);
    server->socket_directory_ = directory;
    if (directory.string().size() + kSocketName.size() > kSocketPathMax) {
        server->own_socket_directory_ = std::make_unique<os::TemporaryDirectory>("/tmp");
        server->socket_directory_ = server->own_socket_directory_->path();
    }
    os::ChildSpec spec = postgres_command(
        {(programs / "postgres").string(), "-D", (directory / "data").string(), "-c",
         "listen_addresses=", "-c", "unix_socket_directories=" + server->socket_directory_.string(),
         "-c", "unix_socket_permissions=0700", "-c", "port=5432", "-c", "timezone=UTC", "-c",
         "log_timezone=UTC", "-c", "log_checkpoints=off"});
    const os::UniqueFd log = open_log(directory / "postgres.log");
    spec.output_fd = log.get();
    server->child_ = std::make_unique<os::ChildProcess>(spec);
    server->pid_ = server->child_->pid();
    server->pid_fd_ = pid_fd_of(server->pid_);
    return server;
}

std::unique_ptr<PostgresServer> PostgresServer::adopt(const RunningPostgres& running) {
    std::unique_ptr<PostgresServer> server(new PostgresServer);
    server->pid_ = running.pid;
    server->pid_fd_ = pid_fd_of(running.pid);
    server->socket_directory_ = running.socket_directory;
    if (!server->pid_fd_) return nullptr;
    return server;
}

PostgresServer::~PostgresServer() {
    if (!pid_fd_) return;
    // "Fast" shutdown. If that hangs, "immediate": nothing is lost, the next start recovers.
    for (const int signal : {SIGINT, SIGQUIT}) {
        syscall(SYS_pidfd_send_signal, pid_fd_.get(), signal, nullptr, 0);
        if (wait_for_end(60s)) return;
    }
    runtime::log_warn("postgres_does_not_end", {{"pid", pid_}});
}

bool PostgresServer::has_ended() {
    return wait_for_end(0s);
}

bool PostgresServer::wait_for_end(std::chrono::seconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd polled{pid_fd_.get(), POLLIN, 0};
        const int wait_ms = left.count() > 0 ? static_cast<int>(left.count()) : 0;
        const int count = poll(&polled, 1, wait_ms);
        if (count > 0) return true;
        if (count == 0 || errno != EINTR) return false;
    }
}

}  // namespace terrace::scheduler
