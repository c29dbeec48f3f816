#include "scheduler/http/work_signal.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace terrace::rest {
namespace {

/// Keeps a timer in the list for as long as its coroutine waits.
class Listed {
public:
    Listed(std::list<asio::steady_timer*>& list, asio::steady_timer& timer)
        : list_(list), at_(list.insert(list.end(), &timer)) {}
    ~Listed() { list_.erase(at_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

private:
    std::list<asio::steady_timer*>& list_;
    std::list<asio::steady_timer*>::iterator at_;
};

}  // namespace

void WorkSignal::raise() {
    ++count_;
    wake_all();
}

void WorkSignal::stop() {
    stopped_ = true;
    wake_all();
}

void WorkSignal::wake_all() {
    for (asio::steady_timer* timer : waiting_) timer->cancel();
}

asio::awaitable<void> WorkSignal::wait(std::uint64_t seen, Clock::time_point until) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    const Listed listed(waiting_, timer);
    const Clock::time_point earliest = std::min(Clock::now() + kPauseMin, until);
    while (!stopped_) {
        const Clock::time_point now = Clock::now();
        if (now >= until || (now >= earliest && count_ != seen)) break;
        timer.expires_at(count_ != seen ? earliest : until);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace terrace::rest
