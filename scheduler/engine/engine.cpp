#include "scheduler/engine/engine.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "scheduler/core/sim_mark.hpp"

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

void Engine::add_changes(core::Decision& decision) {
    std::ranges::move(decision.changes, std::back_inserter(next_.changes));
}

void Engine::decide(std::vector<Command> commands, TimePoint now) {
    // What is decided already is committed first (room()).
    if (farm_.wants_reload() && is_idle()) stale_ = true;
    if (stale_ && !reload()) {
        refuse({std::move(commands), {}, {}, {}}, "The farm's database is away; try again later.");
        return;
    }
    if (!std::exchange(resumed_, true)) {
        core::Decision resumed = farm_.resume(now);
        add_changes(resumed);
    }
    core::Decision ticked = farm_.tick(now);
    add_changes(ticked);
    for (Command& command : commands) {
        // First of all, so that whatever happens it is answered.
        next_.commands.push_back(std::move(command));
        core::Decision decision = farm_.apply(next_.commands.back().event, now);
        add_changes(decision);
        next_.replies.push_back(std::move(decision.reply));
    }
}

bool Engine::is_idle() const {
    return !committing_ && next_.commands.empty() && next_.changes.empty();
}

std::size_t Engine::room() const {
    const std::size_t waiting = next_.commands.size();
    if (careful_) return is_idle() ? 1 : 0;
    if (farm_.wants_reload() && !is_idle()) return 0;
    return waiting < kBatchMax ? kBatchMax - waiting : 0;
}

const std::vector<core::Change>* Engine::begin_commit(TimePoint now) {
    if (committing_ || stale_) return nullptr;
    Batch batch = std::exchange(next_, {});
    // Now, since memory is what this batch makes durable; soon it is ahead of it again.
    batch.effects = farm_.effects(now, composing_);
    if (batch.changes.empty()) {
        due_.push_back(std::move(batch));
        return nullptr;
    }
    committing_ = std::move(batch);
    return &committing_->changes;
}

void Engine::end_commit(const std::exception_ptr& failure) {
    if (!failure) {
        due_.push_back(std::move(*committing_));
        committing_.reset();
        careful_ = false;
        return;
    }
    try {
        std::rethrow_exception(failure);
    } catch (const StoreError& e) {
        // The commit may or may not have happened, so memory is no longer to be trusted, nor what
        // was decided since.
        const std::string why =
            std::string("The farm's database did not take the change: ") + e.what();
        refuse(std::move(*committing_), why);
        committing_.reset();
        if (!next_.changes.empty()) core::sim_mark("next batch refused with the one before it");
        refuse(std::exchange(next_, {}), why);
    }
    careful_ = true;
    stale_ = true;
    reload();
}

void Engine::refuse(Batch batch, const std::string& why) {
    batch.replies.assign(batch.commands.size(), Error{Errc::unavailable, why});
    batch.effects.clear();
    due_.push_back(std::move(batch));
}

void Engine::act() {
    for (Batch& batch : std::exchange(due_, {})) {
        for (std::size_t i = 0; i < batch.commands.size(); ++i)
            batch.commands[i].done(batch.replies[i]);
        for (core::Effect& effect : batch.effects)
            std::visit([this](auto& order) { start(std::move(order)); }, effect);
    }
}

void Engine::run_batch(std::vector<Command> commands, TimePoint now) {
    try {
        decide(std::move(commands), now);
        if (const std::vector<core::Change>* changes = begin_commit(now)) {
            std::exception_ptr failure;
            try {
                store_.commit(*changes);
            } catch (...) {
                failure = std::current_exception();
            }
            end_commit(failure);
        }
    } catch (const std::exception& e) {
        abandon(e.what());
        throw;
    }
    act();
}

void Engine::abandon(const std::string& why) {
    if (committing_) refuse({std::exchange(committing_->commands, {}), {}, {}, {}}, why);
    refuse(std::exchange(next_, {}), why);
    for (Batch& batch : due_) batch.effects.clear();
    act();
}

void Engine::start(core::RunCompose run) {
    const ComposeId id = run.compose.id;
    if (!composing_.insert(id).second) return;
    composer_.start(std::move(run), [this](core::ComposeEnded end) {
        auto done = [this, compose = end.compose](const Result<core::Reply>& reply) {
            // Not recorded? Then it is started once more; it finds its work done.
            (void)reply;
            composing_.erase(compose);
        };
        post_(Command{std::move(end), std::move(done)});
    });
}

void Engine::start(core::RunMove run) {
    const StreamMoveId id = run.move.id;
    if (!moving_.insert(id).second) return;
    composer_.start(std::move(run), [this](core::MoveEnded end) {
        auto done = [this, move = end.move](const Result<core::Reply>& reply) {
            (void)reply;  // not recorded: it is started once more
            moving_.erase(move);
        };
        post_(Command{std::move(end), std::move(done)});
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
