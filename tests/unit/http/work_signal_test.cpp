#include "scheduler/http/work_signal.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;

void check_ended(std::exception_ptr failure) {
    CHECK(failure == nullptr);
}

asio::awaitable<void> wait_and_count(WorkSignal& signal, std::uint64_t seen, int& woken) {
    const auto until = WorkSignal::Clock::now() + 1h;
    co_await signal.wait(seen, until);
    ++woken;
}

}  // namespace

TEST_CASE("raising wakes every waiter, also one that looked before and waits after") {
    WorkSignal signal;
    asio::io_context io(1);
    int woken = 0;
    asio::co_spawn(io, wait_and_count(signal, 0, woken), check_ended);
    asio::co_spawn(io, wait_and_count(signal, 0, woken), check_ended);
    asio::post(io, [&signal] { signal.raise(); });
    io.run();
    CHECK(woken == 2);
    io.restart();
    asio::co_spawn(io, wait_and_count(signal, 0, woken), check_ended);
    io.run();
    CHECK(woken == 3);
}

TEST_CASE("stopping ends waits, also those to come") {
    WorkSignal signal;
    asio::io_context io(1);
    int woken = 0;
    asio::co_spawn(io, wait_and_count(signal, 0, woken), check_ended);
    asio::post(io, [&signal] { signal.stop(); });
    io.run();
    io.restart();
    asio::co_spawn(io, wait_and_count(signal, 0, woken), check_ended);
    io.run();
    CHECK(woken == 2);
}

}  // namespace terrace::rest
