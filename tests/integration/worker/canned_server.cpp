#include "tests/integration/worker/canned_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "common/vocab/check.hpp"

namespace terrace::worker {
namespace {

std::size_t content_length(const std::string& header) {
    const std::string key = "Content-Length: ";
    const std::size_t at = header.find(key);
    return at == std::string::npos ? 0 : std::stoul(header.substr(at + key.size()));
}

/// Header and body of one request; empty if the peer closed.
std::string read_request(int socket) {
    std::string request;
    std::array<char, 4096> buffer;
    for (;;) {
        const std::size_t end = request.find("\r\n\r\n");
        if (end != std::string::npos &&
            request.size() >= end + 4 + content_length(request.substr(0, end)))
            return request;
        const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (count <= 0) return "";
        request.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

CannedServer::CannedServer(std::vector<Answer> answers)
    : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    TERRACE_CHECK(::bind(listener_.get(), generic, size) == 0);
    TERRACE_CHECK(::listen(listener_.get(), 8) == 0);
    TERRACE_CHECK(::getsockname(listener_.get(), generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

CannedServer::~CannedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
}

void CannedServer::serve() {
    for (const Answer& answer : answers_) {
        const os::UniqueFd socket(::accept(listener_.get(), nullptr, nullptr));
        if (!socket) return;
        const std::string request = read_request(socket.get());
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        std::string text =
            "HTTP/1.1 " + std::to_string(answer.status) + " x\r\nConnection: close\r\n";
        if (answer.status != 204)
            text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
        text += "\r\n" + answer.body;
        ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }
}

std::vector<std::string> CannedServer::requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
}

}  // namespace terrace::worker
