#pragma once

#include <boost/describe.hpp>
#include <optional>

namespace terrace::core {

enum class BuildState { blocked, ready, leased, succeeded, failed, cancelled };
BOOST_DESCRIBE_ENUM(BuildState, blocked, ready, leased, succeeded, failed, cancelled)

enum class BuildEvent {
    deps_settled,
    deps_failed,  ///< and the release says that this fails what needs them
    reused,       ///< an earlier build of the same identity succeeded
    lease_granted,
    lease_expired,
    attempt_ok,
    attempt_retry,
    attempt_failed,
    cancel
};

constexpr bool is_final(BuildState state) {
    return state == BuildState::succeeded || state == BuildState::failed ||
           state == BuildState::cancelled;
}

/// The whole life of a build. nullopt: that event is illegal in that state.
constexpr std::optional<BuildState> next_state(BuildState state, BuildEvent event) {
    using S = BuildState;
    using E = BuildEvent;
    if (event == E::cancel && !is_final(state)) return S::cancelled;
    switch (state) {  // no default: a new state must not compile until it is handled here
        case S::blocked:
            if (event == E::deps_settled) return S::ready;
            if (event == E::reused) return S::succeeded;
            if (event == E::deps_failed) return S::failed;
            return std::nullopt;
        case S::ready: return event == E::lease_granted ? std::optional(S::leased) : std::nullopt;
        case S::leased:
            if (event == E::attempt_ok) return S::succeeded;
            if (event == E::attempt_failed) return S::failed;
            if (event == E::attempt_retry || event == E::lease_expired) return S::ready;
            return std::nullopt;
        case S::succeeded:
        case S::failed:
        case S::cancelled: return std::nullopt;
    }
    return std::nullopt;
}
static_assert(next_state(BuildState::leased, BuildEvent::lease_expired) == BuildState::ready);
static_assert(next_state(BuildState::leased, BuildEvent::cancel) == BuildState::cancelled);
static_assert(!next_state(BuildState::ready, BuildEvent::attempt_ok));
static_assert(!next_state(BuildState::succeeded, BuildEvent::cancel));

}  // namespace terrace::core
