#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace terrace::rest {

namespace asio = boost::asio;

/// A pool has as much to do as it may hold.
struct PoolFull : std::runtime_error {
    PoolFull() : std::runtime_error("Too much is waiting already; try again.") {}
};

template <class Work>
asio::awaitable<std::invoke_result_t<Work&>> run_here(Work work) {
    co_return work();
}

/// Threads for what may block: queries, files, processes. The net thread awaits the result.
class BlockingPool {
public:
    BlockingPool(std::size_t threads, std::size_t calls_max)
        : pool_(threads), calls_max_(calls_max) {}

    /// Runs `work` on a thread of the pool; the caller goes on where it was. Exceptions come back,
    /// too. Throws PoolFull at once when too much is waiting. The result's type must have a default
    /// constructor.
    template <class Work>
    asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
        const Ticket ticket(*this);
        co_return co_await asio::co_spawn(pool_, run_here(std::move(work)), asio::use_awaitable);
    }

    /// Waits for all that was started. Nothing may be started afterwards.
    void join() { pool_.join(); }

private:
    /// Counts one call for as long as it waits or runs.
    class Ticket {
    public:
        explicit Ticket(BlockingPool& pool) : pool_(pool) {
            if (pool_.calls_.fetch_add(1) < pool_.calls_max_) return;
            pool_.calls_.fetch_sub(1);
            throw PoolFull();
        }
        ~Ticket() { pool_.calls_.fetch_sub(1); }
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;

    private:
        BlockingPool& pool_;
    };

    asio::thread_pool pool_;
    const std::size_t calls_max_;
    std::atomic<std::size_t> calls_ = 0;
};

}  // namespace terrace::rest
