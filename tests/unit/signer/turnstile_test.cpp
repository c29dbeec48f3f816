#include "scheduler/signer/turnstile.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace terrace;
using namespace terrace::signer;
using wire::SignClass;

namespace {

/// Threads that wait at a turnstile, and the order in which they came in.
class Queue {
public:
    explicit Queue(Turnstile& turnstile) : turnstile_(turnstile) {}
    /// Starts one, and gives it time to be in the queue before the next.
    void add(const std::string& name, SignClass queue) {
        threads_.emplace_back([this, name, queue] {
            const Turnstile::Turn turn(turnstile_, queue);
            const std::lock_guard lock(mutex_);
            order_.push_back(name);
        });
        while (turnstile_.waiting() < threads_.size()) std::this_thread::yield();
    }
    std::vector<std::string> join() {
        for (std::thread& thread : threads_) thread.join();
        return order_;
    }

private:
    Turnstile& turnstile_;
    std::mutex mutex_;
    std::vector<std::string> order_;
    std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("what is urgent overtakes all that waits in bulk, and each queue keeps its order") {
    Turnstile turnstile(1);
    Queue queue(turnstile);
    {
        const Turnstile::Turn first(turnstile, SignClass::bulk);
        queue.add("bulk 1", SignClass::bulk);
        queue.add("bulk 2", SignClass::bulk);
        queue.add("urgent 1", SignClass::urgent);
        queue.add("bulk 3", SignClass::bulk);
        queue.add("urgent 2", SignClass::urgent);
    }
    CHECK(queue.join() ==
          std::vector<std::string>{"urgent 1", "urgent 2", "bulk 1", "bulk 2", "bulk 3"});
}

TEST_CASE("as many are in at once as there are places") {
    Turnstile turnstile(2);
    Queue queue(turnstile);
    std::optional<Turnstile::Turn> first;
    first.emplace(turnstile, SignClass::bulk);
    const Turnstile::Turn second(turnstile, SignClass::bulk);
    queue.add("third", SignClass::bulk);
    first.reset();
    CHECK(queue.join() == std::vector<std::string>{"third"});
}
