#include "tests/integration/http/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "common/vocab/check.hpp"

namespace terrace::test {
namespace {

os::UniqueFd new_socket() {
    return os::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

sockaddr* generic(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
}

/// The peer sees a reset, as of a machine that has restarted.
void reset_at_close(const os::UniqueFd& socket) {
    const linger now{1, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool send_all(int socket, const char* data, std::size_t size) {
    while (size != 0) {
        const ssize_t count = ::send(socket, data, size, MSG_NOSIGNAL);
        if (count <= 0) return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t to, std::function<std::size_t()> bytes_of_next)
    : to_(to), bytes_of_next_(std::move(bytes_of_next)), listener_(new_socket()) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    TERRACE_CHECK(::bind(listener_.get(), generic(address), size) == 0);
    TERRACE_CHECK(::listen(listener_.get(), 16) == 0);
    TERRACE_CHECK(::getsockname(listener_.get(), generic(address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
}

CuttingProxy::~CuttingProxy() {
    stop_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    for (std::thread& connection : connections_) connection.join();
}

void CuttingProxy::accept_all() {
    for (;;) {
        os::UniqueFd client(::accept(listener_.get(), nullptr, nullptr));
        if (!client) return;
        const std::size_t bytes = bytes_of_next_();
        connections_.emplace_back([this, bytes, socket = std::move(client)]() mutable {
            pass(std::move(socket), bytes);
        });
    }
}

void CuttingProxy::pass(os::UniqueFd client, std::size_t bytes) {
    const os::UniqueFd server = new_socket();
    sockaddr_in address = loopback(to_);
    reset_at_close(client);
    if (::connect(server.get(), generic(address), sizeof address) != 0) return;
    // A reset makes the system of the farm drop what it has not read: then nothing may have come.
    if (bytes % 4 == 0) reset_at_close(server);
    std::array<pollfd, 2> ends{{{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}}};
    std::array<char, 4096> buffer;
    while (!stop_) {
        if (::poll(ends.data(), ends.size(), 50) <= 0) continue;
        for (std::size_t i = 0; i < ends.size(); ++i) {
            if (ends[i].revents == 0) continue;
            const ssize_t got =
                ::recv(ends[i].fd, buffer.data(), std::min(buffer.size(), bytes), 0);
            if (got <= 0) return;
            if (!send_all(ends[1 - i].fd, buffer.data(), static_cast<std::size_t>(got))) return;
            bytes -= static_cast<std::size_t>(got);
            if (bytes != 0) continue;
            ++cuts_;
            return;
        }
    }
}

}  // namespace terrace::test
