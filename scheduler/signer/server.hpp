#pragma once

#include <filesystem>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "common/os/unique_fd.hpp"
#include "scheduler/signer/signer.hpp"

namespace terrace::signer {

/// Serves a signer on a Unix socket, each connection by a thread of its own.
class Server {
public:
    /// Listens. Throws std::system_error. `signer` must outlive the server.
    Server(Signer& signer, const SignerConfig& config);
    /// stop(), then waits for what is being signed.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    struct Connection {
        os::UniqueFd socket;
        std::thread thread;
        bool ended = false;
    };
    void accept_all();
    void serve(Connection& connection);
    void join_ended();

    Signer& signer_;
    const std::filesystem::path path_;
    const std::size_t connections_max_;
    os::UniqueFd listener_;
    os::UniqueFd stop_;  // an eventfd
    std::mutex mutex_;
    std::list<Connection> connections_;
    std::thread acceptor_;  // last: it uses all of the above
};

}  // namespace terrace::signer
