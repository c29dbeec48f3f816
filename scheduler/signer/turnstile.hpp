#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include "common/wire/signer_api.hpp"

namespace terrace::signer {

/// Lets `places` threads in at once. Who waits in `urgent` goes before all that wait in `bulk`;
/// within a queue the first goes first.
class Turnstile {
public:
    explicit Turnstile(int places) : free_(places) {}

    /// In from the constructor, which waits, to the destructor.
    class Turn {
    public:
        Turn(Turnstile& turnstile, wire::SignClass queue);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Turnstile& turnstile_;
    };

    /// How many are not in yet.
    std::size_t waiting();

private:
    std::deque<std::uint64_t>& queue_of(wire::SignClass queue);
    bool is_next(std::uint64_t ticket) const;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::uint64_t> urgent_;
    std::deque<std::uint64_t> bulk_;
    std::uint64_t last_ticket_ = 0;
    int free_;
};

}  // namespace terrace::signer
