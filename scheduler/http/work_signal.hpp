#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <list>

namespace terrace::rest {

namespace asio = boost::asio;

/// Wakes the long polls when there may be work. All of it is for the net thread.
class WorkSignal {
public:
    using Clock = std::chrono::steady_clock;

    /// Counts the calls of raise(): read it before asking for work, so that no call is missed in
    /// between.
    std::uint64_t count() const { return count_; }
    void raise();
    /// Ends every wait, also those to come.
    void stop();
    bool stopped() const { return stopped_; }

    /// Until the count is not `seen` any more, or `until`. Never returns within kPauseMin, so that
    /// slots that fit no ready build do not ask in circles.
    asio::awaitable<void> wait(std::uint64_t seen, Clock::time_point until);

private:
    static constexpr std::chrono::milliseconds kPauseMin{250};
    void wake_all();

    std::uint64_t count_ = 0;
    bool stopped_ = false;
    std::list<asio::steady_timer*> waiting_;  ///< each in the frame of a wait()
};

}  // namespace terrace::rest
