#include "common/os/local_socket.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <system_error>
#include <thread>

#include "common/os/files.hpp"

using namespace terrace::os;
using namespace std::chrono_literals;

namespace {

constexpr SocketLimits kLimits{16, 1 << 20};

SocketDeadline soon() {
    return std::chrono::steady_clock::now() + 10s;
}

struct Pair {
    UniqueFd left;
    UniqueFd right;
};

Pair a_pair() {
    std::array<int, 2> raw{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, raw.data()) == 0);
    return Pair{UniqueFd(raw[0]), UniqueFd(raw[1])};
}

std::errc error_of(const auto& action) {
    try {
        action();
    } catch (const std::system_error& e) {
        return static_cast<std::errc>(e.code().value());
    }
    return {};
}

}  // namespace

TEST_CASE("messages arrive whole, also those that no buffer holds") {
    Pair pair = a_pair();
    const std::string body(900'000, 'x');
    std::thread sender([&pair, &body] {
        send_message(pair.left, "head", body, soon());
        send_message(pair.left, "", "", soon());
        pair.left.reset();
    });
    const auto first = receive_message(pair.right, kLimits, soon());
    const auto second = receive_message(pair.right, kLimits, soon());
    const auto third = receive_message(pair.right, kLimits, soon());
    sender.join();
    REQUIRE(first);
    CHECK(first->head == "head");
    CHECK(first->body == body);
    REQUIRE(second);
    CHECK(second->body.empty());
    CHECK_FALSE(third);
}

TEST_CASE("a message that is too large, cut off or late is an error of its own") {
    {
        Pair pair = a_pair();
        send_message(pair.left, std::string(17, 'x'), "", soon());
        CHECK(error_of([&pair] { receive_message(pair.right, kLimits, soon()); }) ==
              std::errc::message_size);
    }
    {
        Pair pair = a_pair();
        const std::string start{"\0\0\0\4\0\0\0\0he", 10};
        REQUIRE(send(pair.left.get(), start.data(), start.size(), 0) == 10);
        pair.left.reset();
        CHECK(error_of([&pair] { receive_message(pair.right, kLimits, soon()); }) ==
              std::errc::connection_reset);
    }
    {
        Pair pair = a_pair();
        CHECK(error_of([&pair] {
                  receive_message(pair.right, kLimits, std::chrono::steady_clock::now());
              }) == std::errc::timed_out);
    }
    {
        Pair pair = a_pair();
        pair.right.reset();
        CHECK(error_of([&pair] { send_message(pair.left, "x", "", soon()); }) ==
              std::errc::broken_pipe);
    }
}

TEST_CASE("a socket is for its owner and group, and replaces one that nobody listens on") {
    const TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "socket";
    CHECK(error_of([&] { connect_to(path); }) == std::errc::no_such_file_or_directory);
    { const UniqueFd dead = listen_on(path); }
    CHECK(error_of([&] { connect_to(path); }) == std::errc::connection_refused);
    const UniqueFd alive = listen_on(path);
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0660);
    CHECK(error_of([&] { listen_on(path); }) == std::errc::address_in_use);
    CHECK(connect_to(path).get() >= 0);
    const std::filesystem::path far = directory.path() / std::string(200, 'x');
    CHECK(error_of([&] { connect_to(far); }) == std::errc::filename_too_long);
}
