#include "scheduler/publish/signing_queue.hpp"

#include <exception>
#include <string>
#include <utility>

namespace terrace::publish {

SigningQueue::SigningQueue(engine::Composer& composer, const ComposeSigner& signing)
    : composer_(composer),
      signing_(signing),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SigningQueue::~SigningQueue() {
    stop();
}

void SigningQueue::start(core::RunCompose order, Ended ended) {
    const bool waits =
        order.priority == PriorityClass::background && order.compose.signing != Signing::none;
    if (!waits) return composer_.start(std::move(order), std::move(ended));
    const std::lock_guard lock(mutex_);
    requests_.push_back({std::move(order), std::move(ended)});
    wake_.notify_one();
}

void SigningQueue::start(core::RunMove order, MoveEnded ended) {
    composer_.start(std::move(order), std::move(ended));
}

void SigningQueue::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void SigningQueue::run(const std::stop_token& stop) {
    for (;;) {
        std::unique_lock lock(mutex_);
        // After a stop it no longer waits, so what is in the queue is ended, too.
        if (!wake_.wait(lock, stop, [this] { return !requests_.empty(); })) return;
        Request request = std::move(requests_.front());
        requests_.pop_front();
        lock.unlock();
        try {
            (void)signing_.sign_rpms(request.order, wire::SignClass::bulk, Steps(stop));
        } catch (const std::exception& e) {
            request.ended({request.order.compose.id, e.what()});
            continue;
        }
        composer_.start(std::move(request.order), std::move(request.ended));
    }
}

}  // namespace terrace::publish
