#include "scheduler/signer/server.hpp"

#include <grp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <system_error>

#include "common/os/files.hpp"
#include "common/os/local_socket.hpp"
#include "common/runtime/log.hpp"
#include "common/runtime/yaml_tree.hpp"
#include "common/wire/json.hpp"

namespace terrace::signer {
namespace {

using namespace std::chrono_literals;

/// A scheduler keeps its connections; one that is silent for longer connects again.
constexpr auto kIdleMax = 1h;
constexpr auto kSendMax = 30s;
constexpr os::SocketLimits kLimits{wire::kSignHeadBytesMax, wire::kSignBodyBytesMax};

os::SocketDeadline after(std::chrono::seconds time) {
    return std::chrono::steady_clock::now() + time;
}

void give_to_group(const std::filesystem::path& socket, const std::string& group) {
    if (group.empty()) return;
    const struct group* found = getgrnam(group.c_str());  // before there is any other thread
    if (found == nullptr)
        throw runtime::ConfigError("There is no group '" + group + "' (socket_group).");
    if (chown(socket.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0)
        os::throw_errno("give to the group " + group, socket);
}

void send(const os::UniqueFd& socket, const Answer& answer) {
    os::send_message(socket, wire::to_text(answer.head), answer.body, after(kSendMax));
}

}  // namespace

Server::Server(Signer& signer, const SignerConfig& config)
    : signer_(signer),
      path_(config.socket),
      connections_max_(static_cast<std::size_t>(config.connections_max)),
      listener_(os::listen_on(config.socket)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
    if (!stop_) os::throw_errno("make an eventfd for", path_);
    give_to_group(path_, config.socket_group);
    acceptor_ = std::thread([this] { accept_all(); });
}

Server::~Server() {
    eventfd_write(stop_.get(), 1);
    acceptor_.join();
    listener_.reset();
    std::error_code ignored;  // whoever listens next removes it, too
    std::filesystem::remove(path_, ignored);
    {
        const std::lock_guard lock(mutex_);
        for (const Connection& connection : connections_)
            shutdown(connection.socket.get(), SHUT_RD);
    }
    for (Connection& connection : connections_) connection.thread.join();
}

void Server::accept_all() {
    for (;;) {
        try {
            os::UniqueFd socket = os::accept_from(listener_, stop_);
            if (!socket) return;
            join_ended();
            const std::lock_guard lock(mutex_);
            if (connections_.size() >= connections_max_) {
                send(socket,
                     {{.error = "The signer has too many connections.", .key = "", .algorithm = ""},
                      ""});
                continue;
            }
            Connection& connection = connections_.emplace_back();
            connection.socket = std::move(socket);
            connection.thread = std::thread([this, &connection] { serve(connection); });
        } catch (const std::exception& e) {
            runtime::log_warn("a connection failed", {{"error", e.what()}});
            std::this_thread::sleep_for(100ms);  // out of descriptors, most likely
        }
    }
}

void Server::serve(Connection& connection) {
    try {
        while (const auto message =
                   os::receive_message(connection.socket, kLimits, after(kIdleMax))) {
            const auto request = wire::from_text<wire::SignRequest>(message->head);
            if (!request) {
                send(connection.socket,
                     {{.error = request.error().message, .key = "", .algorithm = ""}, ""});
                continue;
            }
            const Answer answer = signer_.answer(*request, message->body);
            if (!answer.head.error.empty()) {
                runtime::log_warn("refused", {{"release", request->release},
                                              {"kind", name_of(request->kind)},
                                              {"error", answer.head.error}});
            }
            send(connection.socket, answer);
        }
    } catch (const std::system_error& e) {
        runtime::log_warn("a connection ended", {{"error", e.what()}});
    }
    const std::lock_guard lock(mutex_);
    shutdown(connection.socket.get(), SHUT_RDWR);
    connection.ended = true;
}

void Server::join_ended() {
    std::list<Connection> ended;
    {
        const std::lock_guard lock(mutex_);
        for (auto next = connections_.begin(); next != connections_.end();) {
            const auto it = next++;
            if (it->ended) ended.splice(ended.end(), connections_, it);
        }
    }
    for (Connection& connection : ended) connection.thread.join();
}

}  // namespace terrace::signer
