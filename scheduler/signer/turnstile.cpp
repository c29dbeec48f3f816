#include "scheduler/signer/turnstile.hpp"

namespace terrace::signer {

Turnstile::Turn::Turn(Turnstile& turnstile, wire::SignClass queue) : turnstile_(turnstile) {
    std::unique_lock lock(turnstile_.mutex_);
    const std::uint64_t ticket = ++turnstile_.last_ticket_;
    std::deque<std::uint64_t>& mine = turnstile_.queue_of(queue);
    mine.push_back(ticket);
    turnstile_.changed_.wait(lock,
                             [&] { return turnstile_.free_ > 0 && turnstile_.is_next(ticket); });
    mine.pop_front();
    --turnstile_.free_;
    if (turnstile_.free_ > 0) turnstile_.changed_.notify_all();
}

Turnstile::Turn::~Turn() {
    const std::lock_guard lock(turnstile_.mutex_);
    ++turnstile_.free_;
    turnstile_.changed_.notify_all();
}

std::size_t Turnstile::waiting() {
    const std::lock_guard lock(mutex_);
    return urgent_.size() + bulk_.size();
}

std::deque<std::uint64_t>& Turnstile::queue_of(wire::SignClass queue) {
    return queue == wire::SignClass::urgent ? urgent_ : bulk_;
}

bool Turnstile::is_next(std::uint64_t ticket) const {
    const std::deque<std::uint64_t>& first = urgent_.empty() ? bulk_ : urgent_;
    return first.front() == ticket;
}

}  // namespace terrace::signer
