#pragma once

#include <boost/describe.hpp>
#include <optional>

namespace terrace::core {

/// Whether a worker gets leases. What it runs already goes on in every state.
enum class Admission {
    enabled,
    draining,     ///< no new lease until it is enabled, because an operator wants it empty
    disabled,     ///< the same, for a reason that an operator gave
    quarantined,  ///< no new lease but a probing build, when its time has come
    probing       ///< quarantined, and running that build
};
BOOST_DESCRIBE_ENUM(Admission, enabled, draining, disabled, quarantined, probing)

enum class AdmissionEvent {
    enable,
    drain,
    disable,
    quarantine,         ///< by an operator, or by the farm with its evidence
    probe_granted,      ///< the probing build was leased
    probe_ended,        ///< it failed, said nothing, or more of them are needed
    probes_passed,      ///< enough probing builds were built
    evidence_withdrawn  ///< others failed the same: the packages are to blame
};

/// The admission of a worker, whole. nullopt: that event is illegal in that state.
constexpr std::optional<Admission> next_admission(Admission state, AdmissionEvent event) {
    using S = Admission;
    switch (event) {  // no default: a new event must not compile until it is handled here
        case AdmissionEvent::enable: return S::enabled;
        case AdmissionEvent::drain: return S::draining;
        case AdmissionEvent::disable: return S::disabled;
        case AdmissionEvent::quarantine: return S::quarantined;
        case AdmissionEvent::probe_granted:
            return state == S::quarantined ? std::optional(S::probing) : std::nullopt;
        case AdmissionEvent::probe_ended:
            return state == S::probing ? std::optional(S::quarantined) : std::nullopt;
        case AdmissionEvent::probes_passed:
            return state == S::probing ? std::optional(S::enabled) : std::nullopt;
        case AdmissionEvent::evidence_withdrawn:
            return state == S::quarantined ? std::optional(S::enabled) : std::nullopt;
    }
    return std::nullopt;
}
static_assert(next_admission(Admission::disabled, AdmissionEvent::enable) == Admission::enabled);
static_assert(next_admission(Admission::probing, AdmissionEvent::disable) == Admission::disabled);
static_assert(!next_admission(Admission::disabled, AdmissionEvent::probe_granted));
static_assert(!next_admission(Admission::enabled, AdmissionEvent::probes_passed));

}  // namespace terrace::core
