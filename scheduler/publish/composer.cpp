#include "scheduler/publish/composer.hpp"

#include <exception>
#include <string>
#include <utility>

#include "scheduler/publish/compose_tree.hpp"

namespace terrace::publish {

Composer::Composer(const ObjectStore& store,
                   std::filesystem::path published_root,
                   const ComposeSigner* signing)
    : store_(store),
      signing_(signing),
      root_(std::move(published_root)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Composer::~Composer() {
    stop();
}

void Composer::start(core::RunCompose order, Ended ended) {
    const std::lock_guard lock(mutex_);
    requests_.push_back({std::move(order), std::move(ended)});
    wake_.notify_one();
}

void Composer::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Composer::run(const std::stop_token& stop) {
    for (;;) {
        std::unique_lock lock(mutex_);
        // After a stop it no longer waits, so what is in the queue is ended, too.
        if (!wake_.wait(lock, stop, [this] { return !requests_.empty(); })) return;
        const Request request = std::move(requests_.front());
        requests_.pop_front();
        lock.unlock();
        request.ended(request.order.compose.id, publish(request.order, stop));
    }
}

Attachments Composer::attachments_of(const core::RunCompose& order,
                                     const std::stop_token& stop) const {
    const core::Compose& compose = order.compose;
    if (signing_ == nullptr) {
        if (compose.signing == Signing::none) return {};
        throw PublishError("There is nothing to sign compose " + std::to_string(compose.id.value) +
                           " with.");
    }
    return {signing_->prepare(order, base_of(root_ / compose.release, compose), stop),
            [this, &compose](const std::string& repo, const std::filesystem::path& directory) {
                signing_->finish_repo(compose, repo, directory);
            }};
}

std::string Composer::publish(const core::RunCompose& order, const std::stop_token& stop) const {
    const core::Compose& compose = order.compose;
    try {
        const std::filesystem::path directory = root_ / compose.release;
        make_compose(store_, directory, order, stop, attachments_of(order, stop));
        if (signing_ != nullptr) signing_->write_client_files(directory, compose);
        move_stream(directory, compose.stream, compose.id);
        return "";
    } catch (const std::exception& e) {
        const std::string text = e.what();
        return text.empty() ? "The compose failed for an unknown reason." : text;
    }
}

}  // namespace terrace::publish
