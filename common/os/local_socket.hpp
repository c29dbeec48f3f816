#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/os/unique_fd.hpp"

/// Messages over a Unix stream socket: two big-endian 32-bit sizes, a head, a body. Blocking calls,
/// each of which ends at its deadline. All throw std::system_error with the path in the message.
namespace terrace::os {

using SocketDeadline = std::chrono::steady_clock::time_point;

struct SocketMessage {
    std::string head;
    std::string body;
};

struct SocketLimits {
    std::size_t head_bytes_max = 0;
    std::size_t body_bytes_max = 0;
};

/// A socket that listens; a former one at `path` is replaced, unless somebody listens there (then
/// EADDRINUSE). Only the owner and the group may connect.
UniqueFd listen_on(const std::filesystem::path& path);

/// The connection that comes next; none if `stop` (any descriptor) became readable first.
UniqueFd accept_from(const UniqueFd& listener, const UniqueFd& stop);

UniqueFd connect_to(const std::filesystem::path& path);

void send_message(const UniqueFd& socket,
                  std::string_view head,
                  std::string_view body,
                  SocketDeadline deadline);

/// nullopt: the peer has closed the connection, between messages. EMSGSIZE: larger than `limits`;
/// ECONNRESET: the peer closed it in the middle; ETIMEDOUT: the deadline.
std::optional<SocketMessage> receive_message(const UniqueFd& socket,
                                             const SocketLimits& limits,
                                             SocketDeadline deadline);

}  // namespace terrace::os
