#pragma once

#include <boost/describe.hpp>
#include <optional>

namespace terrace::core {

/// `ab`: the variant against the baseline. `aa`: the baseline against itself, which shows how often
/// the gate is wrong and decides nothing (docs/gate.md).
enum class ComparisonKind { ab, aa };
BOOST_DESCRIBE_ENUM(ComparisonKind, ab, aa)

enum class ComparisonState { waiting, ready, leased, decided, cancelled };
BOOST_DESCRIBE_ENUM(ComparisonState, waiting, ready, leased, decided, cancelled)

enum class ComparisonEvent {
    builds_done,  ///< both sides are built and a benchmark file exists
    lease_granted,
    lease_expired,
    attempt_retry,
    more_pairs,  ///< its attempt ended well at a look that does not suffice
    decide,      ///< a verdict, from samples or without any (identical code, no benchmark)
    cancel
};

constexpr bool is_final(ComparisonState state) {
    return state == ComparisonState::decided || state == ComparisonState::cancelled;
}

/// The whole life of a comparison. nullopt: that event is illegal in that state.
constexpr std::optional<ComparisonState> next_state(ComparisonState state, ComparisonEvent event) {
    using S = ComparisonState;
    using E = ComparisonEvent;
    if (event == E::cancel && !is_final(state)) return S::cancelled;
    switch (state) {  // no default: a new state must not compile until it is handled here
        case S::waiting:
            if (event == E::builds_done) return S::ready;
            if (event == E::decide) return S::decided;
            return std::nullopt;
        case S::ready:
            if (event == E::lease_granted) return S::leased;
            if (event == E::decide) return S::decided;  // its benchmark file or the policy changed
            return std::nullopt;
        case S::leased:
            if (event == E::decide) return S::decided;
            if (event == E::attempt_retry || event == E::lease_expired) return S::ready;
            if (event == E::more_pairs) return S::ready;
            return std::nullopt;
        case S::decided:
        case S::cancelled: return std::nullopt;
    }
    return std::nullopt;
}
static_assert(next_state(ComparisonState::waiting, ComparisonEvent::decide) ==
              ComparisonState::decided);
static_assert(next_state(ComparisonState::leased, ComparisonEvent::more_pairs) ==
              ComparisonState::ready);
static_assert(!next_state(ComparisonState::ready, ComparisonEvent::more_pairs));
static_assert(!next_state(ComparisonState::ready, ComparisonEvent::attempt_retry));
static_assert(!next_state(ComparisonState::decided, ComparisonEvent::cancel));

}  // namespace terrace::core
