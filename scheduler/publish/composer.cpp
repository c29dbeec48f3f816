#include "scheduler/publish/composer.hpp"

#include <exception>
#include <string>
#include <utility>

#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/served_tree.hpp"

namespace terrace::publish {
namespace {

constexpr std::size_t kServedTrees = 5;

}  // namespace

Composer::Composer(const ObjectStore& store,
                   std::filesystem::path published_root,
                   Steps::Hook hook,
                   const ComposeSigner* signer)
    : store_(store),
      root_(std::move(published_root)),
      hook_(std::move(hook)),
      signer_(signer),
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

std::string Composer::publish(const core::RunCompose& order, const std::stop_token& stop) const {
    const core::Compose& compose = order.compose;
    const std::filesystem::path release = root_ / compose.release;
    const Steps steps(stop, hook_);
    try {
        make_compose(store_, release, order, steps, attachments_of(order, steps));
        if (signer_ != nullptr) signer_->write_client_files(release, compose);
        show(release, order, steps);
        return "";
    } catch (const std::exception& e) {
        const std::string text = e.what();
        return text.empty() ? "The compose failed for an unknown reason." : text;
    }
}

Attachments Composer::attachments_of(const core::RunCompose& order, const Steps& steps) const {
    const core::Compose& compose = order.compose;
    if (signer_ == nullptr) {
        if (compose.signing == Signing::none) return {};
        throw PublishError("There is nothing to sign compose " + std::to_string(compose.id.value) +
                           " with.");
    }
    return {signer_->prepare(order, base_of(root_ / compose.release, compose), steps),
            [this, &compose](const std::string& repo, const std::filesystem::path& directory) {
                signer_->finish_repo(compose, repo, directory);
            }};
}

void Composer::show(const std::filesystem::path& release,
                    const core::RunCompose& order,
                    const Steps& steps) const {
    const core::Compose& compose = order.compose;
    ServedTree tree{compose.stream, compose.id.value, compose.id, {}};
    if (compose.base) tree.late.push_back(*compose.base);
    make_served_tree(release, tree, steps);
    move_stream(release, compose.stream, tree.number, steps);
    remove_old_served_trees(release, compose.stream, kServedTrees, steps);
}

}  // namespace terrace::publish
