#include "scheduler/engine/engine.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

namespace terrace::engine {

Engine::Engine(const core::FarmConfig& config,
               Store& store,
               Composer& composer,
               Resolver& resolver,
               std::function<void(Command)> post)
    : config_(config),
      store_(store),
      composer_(composer),
      resolver_(resolver),
      post_(std::move(post)),
      farm_(config, store.load()) {}

bool Engine::reload() {
    try {
        farm_ = core::Farm(config_, store_.load());
        stale_ = false;
        resumed_ = false;
        ++reloads_;
    } catch (const StoreError&) {
        // Still away; the next batch tries again.
    }
    return !stale_;
}

std::vector<core::Change> Engine::decide(const std::vector<Command>& batch,
                                         TimePoint now,
                                         std::vector<Result<core::Reply>>& replies) {
    std::vector<core::Change> changes;
    if (!std::exchange(resumed_, true)) changes = farm_.resume(now).changes;
    std::ranges::move(farm_.tick(now).changes, std::back_inserter(changes));
    for (const Command& command : batch) {
        core::Decision decision = farm_.apply(command.event, now);
        std::ranges::move(decision.changes, std::back_inserter(changes));
        replies.push_back(std::move(decision.reply));
    }
    return changes;
}

void Engine::run_batch(std::vector<Command> batch, TimePoint now) {
    if (stale_ && !reload()) {
        const Error away{Errc::unavailable, "The farm's database is away; try again later."};
        for (const Command& command : batch) command.done(away);
        return;
    }
    std::vector<Result<core::Reply>> replies;
    try {
        const std::vector<core::Change> changes = decide(batch, now, replies);
        if (!changes.empty()) {
            store_.commit(changes);
            careful_ = false;
        }
    } catch (const StoreError& e) {
        // The commit may or may not have happened, so memory is no longer to be trusted.
        const Error refused{
            Errc::unavailable,
            std::string("The farm's database did not take the change: ") + e.what()};
        std::ranges::fill(replies, Result<core::Reply>(refused));
        careful_ = true;
        stale_ = true;
        reload();
    } catch (const std::exception& e) {
        // We cannot go on, but nobody is left waiting.
        for (const Command& command : batch) command.done(Error{Errc::unavailable, e.what()});
        throw;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(replies[i]);
    if (!stale_ && farm_.wants_reload()) {
        stale_ = true;
        reload();
    }
    if (!stale_) start_effects(now);
}

void Engine::start_effects(TimePoint now) {
    for (core::Effect& effect : farm_.effects(now, composing_))
        std::visit([this](auto& order) { start(std::move(order)); }, effect);
}

void Engine::start(core::RunCompose run) {
    const ComposeId id = run.compose.id;
    if (!composing_.insert(id).second) return;
    composer_.start(std::move(run), [this](ComposeId compose, std::string error) {
        auto done = [this, compose](const Result<core::Reply>& reply) {
            // Not recorded? Then it is started once more; it finds its work done.
            (void)reply;
            composing_.erase(compose);
        };
        post_(Command{core::ComposeEnded{compose, std::move(error)}, std::move(done)});
    });
}

void Engine::start(core::RunMove run) {
    const StreamMoveId id = run.move.id;
    if (!moving_.insert(id).second) return;
    composer_.start(std::move(run), [this](StreamMoveId move, std::string error) {
        auto done = [this, move](const Result<core::Reply>& reply) {
            (void)reply;  // not recorded: it is started once more
            moving_.erase(move);
        };
        post_(Command{core::MoveEnded{move, std::move(error)}, std::move(done)});
    });
}

void Engine::start(core::ResolveDependencies order) {
    const std::pair key(order.package_set, order.seed.id);
    if (!resolving_.insert(key).second) return;
    std::vector<core::SourcePackage> packages = farm_.packages_of(order.package_set);
    resolver_.start(std::move(order), std::move(packages),
                    [this, key](core::DependenciesResolved resolved) {
                        auto done = [this, key](const Result<core::Reply>& reply) {
                            (void)reply;  // not recorded: it is asked for again
                            resolving_.erase(key);
                        };
                        post_(Command{std::move(resolved), std::move(done)});
                    });
}

}  // namespace terrace::engine
