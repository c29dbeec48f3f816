#include "common/os/local_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <system_error>

namespace terrace::os {
namespace {

constexpr int kBacklog = 64;

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.size() >= sizeof(address.sun_path))
        fail(ENAMETOOLONG, "cannot use " + text + " as a socket");
    std::ranges::copy(text, std::begin(address.sun_path));
    return address;
}

UniqueFd new_socket() {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) fail(errno, "cannot make a socket");
    return socket;
}

bool try_connect(const UniqueFd& socket, const sockaddr_un& address) {
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

/// Waits until the socket can be read, or written.
void wait_for(const UniqueFd& socket, short events, SocketDeadline deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) fail(ETIMEDOUT, "the peer does not answer");
        pollfd waiting{socket.get(), events, 0};
        const auto wait = std::min<std::int64_t>(left.count(), std::numeric_limits<int>::max());
        const int ready = poll(&waiting, 1, static_cast<int>(wait));
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) fail(errno, "cannot wait for the peer");
    }
}

void send_all(const UniqueFd& socket, std::string_view bytes, SocketDeadline deadline) {
    while (!bytes.empty()) {
        const ssize_t sent =
            ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_for(socket, POLLOUT, deadline);
        } else if (errno != EINTR) {
            fail(errno, "cannot send to the peer");
        }
    }
}

/// False: the end came before the first byte.
bool receive_all(const UniqueFd& socket, std::string& bytes, SocketDeadline deadline) {
    std::size_t got = 0;
    while (got < bytes.size()) {
        wait_for(socket, POLLIN, deadline);
        const ssize_t size =
            ::recv(socket.get(), bytes.data() + got, bytes.size() - got, MSG_DONTWAIT);
        if (size > 0) {
            got += static_cast<std::size_t>(size);
        } else if (size == 0) {
            if (got == 0) return false;
            fail(ECONNRESET, "the peer is gone");
        } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            fail(errno, "cannot receive from the peer");
        }
    }
    return true;
}

constexpr std::size_t kSizesBytes = 8;

void put_size(std::string& bytes, std::size_t size) {
    if (size > std::numeric_limits<std::uint32_t>::max())
        fail(EMSGSIZE, "the message is too large");
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes += static_cast<char>(size >> shift & 0xffU);
}

std::size_t size_at(std::string_view bytes, std::size_t at) {
    std::size_t size = 0;
    for (const char c : bytes.substr(at, 4)) size = size << 8U | static_cast<unsigned char>(c);
    return size;
}

std::string receive_part(const UniqueFd& socket, std::size_t size, SocketDeadline deadline) {
    std::string part(size, '\0');
    if (!receive_all(socket, part, deadline)) fail(ECONNRESET, "the peer is gone");
    return part;
}

}  // namespace

UniqueFd listen_on(const std::filesystem::path& path) {
    const sockaddr_un address = address_of(path);
    if (try_connect(new_socket(), address)) fail(EADDRINUSE, "cannot listen on " + path.string());
    std::error_code ignored;  // bind() says it better
    if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);
    UniqueFd socket = new_socket();
    // The mode of the file is that of the socket at the time of bind(): nobody can be quicker.
    if (fchmod(socket.get(), 0660) != 0 ||
        bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        chmod(path.c_str(), 0660) != 0 || listen(socket.get(), kBacklog) != 0)
        fail(errno, "cannot listen on " + path.string());
    return socket;
}

UniqueFd accept_from(const UniqueFd& listener, const UniqueFd& stop) {
    for (;;) {
        std::array<pollfd, 2> waiting{{{stop.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}}};
        if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
            fail(errno, "cannot wait for a connection");
        if (waiting[0].revents != 0) return {};
        if (waiting[1].revents == 0) continue;
        UniqueFd connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection) return connection;
        if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN)
            fail(errno, "cannot accept a connection");
    }
}

UniqueFd connect_to(const std::filesystem::path& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd socket = new_socket();
    if (!try_connect(socket, address)) fail(errno, "cannot connect to " + path.string());
    return socket;
}

void send_message(const UniqueFd& socket,
                  std::string_view head,
                  std::string_view body,
                  SocketDeadline deadline) {
    std::string start;
    put_size(start, head.size());
    put_size(start, body.size());
    send_all(socket, start.append(head), deadline);
    send_all(socket, body, deadline);
}

std::optional<SocketMessage> receive_message(const UniqueFd& socket,
                                             const SocketLimits& limits,
                                             SocketDeadline deadline) {
    std::string sizes(kSizesBytes, '\0');
    if (!receive_all(socket, sizes, deadline)) return std::nullopt;
    const std::size_t head = size_at(sizes, 0);
    const std::size_t body = size_at(sizes, 4);
    if (head > limits.head_bytes_max || body > limits.body_bytes_max)
        fail(EMSGSIZE, "the peer's message is too large");
    SocketMessage message;
    message.head = receive_part(socket, head, deadline);
    message.body = receive_part(socket, body, deadline);
    return message;
}

}  // namespace terrace::os
