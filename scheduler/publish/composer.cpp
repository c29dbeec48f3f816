#include "scheduler/publish/composer.hpp"

#include <exception>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "scheduler/publish/compose_tree.hpp"

namespace terrace::publish {
namespace {

/// Why it failed; empty if it did not.
template <class Work>
std::string error_of(Work work) {
    try {
        work();
        return "";
    } catch (const std::exception& e) {
        const std::string text = e.what();
        return text.empty() ? "It failed for an unknown reason." : text;
    }
}

/// What the client check says, or that it refuses the move.
struct Ending {
    std::string error;
    bool refused = false;
    std::string client_check;
};

template <class Work>
Ending ending_of(Work work) {
    Ending ending;
    ending.error = error_of([&] {
        try {
            ending.client_check = work();
        } catch (const ClientRefusal& refusal) {
            ending.refused = true;
            ending.client_check = refusal.what();
            throw;
        }
    });
    return ending;
}

}  // namespace

Composer::Composer(const ObjectStore& store,
                   std::filesystem::path published_root,
                   Steps::Hook hook,
                   ReadPlatform read_platform,
                   const ComposeSigner* signer)
    : store_(store),
      root_(std::move(published_root)),
      hook_(std::move(hook)),
      tools_{store.metadata_directory(), std::move(read_platform)},
      signer_(signer),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Composer::~Composer() {
    stop();
}

void Composer::start(core::RunCompose order, Ended ended) {
    put([this, order = std::move(order), ended = std::move(ended)](const Steps& steps) {
        Ending ending = ending_of([&] { return publish(order, steps); });
        ended({order.compose.id, std::move(ending.error), ending.refused,
               std::move(ending.client_check)});
    });
}

void Composer::start(core::RunMove order, MoveEnded ended) {
    put([this, order = std::move(order), ended = std::move(ended)](const Steps& steps) {
        Ending ending = ending_of([&] { return move(order, steps); });
        ended({order.move.id, std::move(ending.error), std::move(ending.client_check)});
    });
}

wire::GarbageReport Composer::collect(core::GarbagePlan plan) {
    // Shared: the work must be copyable, and a promise is not.
    auto done = std::make_shared<std::promise<wire::GarbageReport>>();
    std::future<wire::GarbageReport> report = done->get_future();
    put([this, plan = std::move(plan), done = std::move(done)](const Steps& steps) {
        try {
            done->set_value(remove_garbage(store_, root_, plan, steps));
        } catch (const std::exception&) {
            done->set_exception(std::current_exception());
        }
    });
    try {
        return report.get();
    } catch (const std::future_error&) {  // the work was dropped
        throw PublishError("The scheduler is stopping; try again later.");
    }
}

void Composer::put(Work work) {
    const std::lock_guard lock(mutex_);
    if (thread_.get_stop_token().stop_requested()) return;  // nobody waits any more
    queue_.push_back(std::move(work));
    wake_.notify_one();
}

void Composer::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Composer::run(const std::stop_token& stop) {
    const Steps steps(stop, hook_);
    for (;;) {
        std::unique_lock lock(mutex_);
        // After a stop it no longer waits, so what is in the queue is ended, too.
        if (!wake_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
        const Work work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        work(steps);
    }
}

std::string Composer::publish(const core::RunCompose& order, const Steps& steps) const {
    const core::Compose& compose = order.compose;
    const std::filesystem::path release = root_ / compose.release;
    if (is_shown(release, compose.stream, order.move)) return "";
    make_compose(store_, release, order, steps, attachments_of(order, steps));
    if (signer_ != nullptr) signer_->write_client_files(release, compose);
    steps.next("check clients");
    std::string verdict =
        check_stream(release, compose.stream, compose.id, order.clients, tools_, steps.stop());
    show(release, {compose.stream, order.move, compose.id, order.late, order.composes_kept}, steps);
    return verdict;
}

std::string Composer::move(const core::RunMove& order, const Steps& steps) const {
    const core::StreamMove& move = order.move;
    const std::filesystem::path release = root_ / move.release;
    if (is_shown(release, move.stream, move.id)) return "";
    if (!std::filesystem::exists(compose_path(release, move.compose))) {
        throw PublishError("There is no compose in " +
                           compose_path(release, move.compose).string() +
                           ": somebody removed it, or `published` is another place than before.");
    }
    steps.next("check clients");
    std::string verdict =
        check_stream(release, move.stream, move.compose, order.clients, tools_, steps.stop());
    show(release, {move.stream, move.id, move.compose, order.late, order.composes_kept}, steps);
    return verdict;
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
            },
            [this, &compose](const std::filesystem::path& directory) {
                signer_->finish_compose(compose, directory);
            }};
}

void Composer::show(const std::filesystem::path& release,
                    const ServedTree& tree,
                    const Steps& steps) const {
    make_served_tree(release, tree, steps);
    move_stream(release, tree.stream, tree.number, steps);
    // The stream has moved, whatever comes of this; the next move, or gc, tries it again.
    (void)error_of([&] { remove_old_served_trees(release, tree.stream, tree.trees_kept, steps); });
}

}  // namespace terrace::publish
