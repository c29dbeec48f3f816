#pragma once

#include <functional>
#include <stdexcept>
#include <vector>

#include "scheduler/core/event.hpp"

/// What the engine needs from the world; implemented by adapters in production and by the
/// simulator.
namespace terrace::engine {

/// The database cannot be reached, or the outcome of a commit is not known.
struct StoreError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Another scheduler has taken over the database: this one must end.
struct Superseded : std::runtime_error {
    Superseded() : std::runtime_error("Another scheduler has taken over this farm's database.") {}
};

/// Durable state. Used by one thread at a time: the engine's loads, another one may commit.
class Store {
public:
    virtual ~Store() = default;
    /// Everything that the farm needs to go on. Throws StoreError.
    virtual core::Snapshot load() = 0;
    /// All or nothing. Throws StoreError when it failed or when nobody knows; Superseded.
    virtual void commit(const std::vector<core::Change>& changes) = 0;
};

/// Publishes composes, one after the other.
class Composer {
public:
    using Ended = std::function<void(core::ComposeEnded)>;
    virtual ~Composer() = default;
    /// Returns at once. Idempotent: a compose that is there already is just pointed to again.
    /// `ended` is called once, from any thread.
    virtual void start(core::RunCompose order, Ended ended) = 0;

    using MoveEnded = std::function<void(core::MoveEnded)>;
    /// The same for a stream that moves to a compose which is there.
    virtual void start(core::RunMove order, MoveEnded ended) = 0;
};

/// Finds out what source packages take from each other when they are built from a seed.
class Resolver {
public:
    using Ended = std::function<void(core::DependenciesResolved)>;
    virtual ~Resolver() = default;
    /// Returns at once. `ended` is called once, from any thread, with every row or with an error.
    virtual void start(core::ResolveDependencies order,
                       std::vector<core::SourcePackage> packages,
                       Ended ended) = 0;
};

}  // namespace terrace::engine
