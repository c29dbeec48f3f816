#pragma once

#include <boost/describe.hpp>

namespace terrace {

/// How an attempt ended (docs/architecture.md, section 3).
enum class Outcome {
    ok,
    build_failed,
    check_failed,
    uninstallable,
    bad_srpm,
    timeout,
    stalled,
    oom,
    disk_full,
    isa_mismatch,
    infra_aborted,
    cancelled
};
BOOST_DESCRIBE_ENUM(Outcome,
                    ok,
                    build_failed,
                    check_failed,
                    uninstallable,
                    bad_srpm,
                    timeout,
                    stalled,
                    oom,
                    disk_full,
                    isa_mismatch,
                    infra_aborted,
                    cancelled)

/// True for what the host or the farm did: retried, and never held against the package.
constexpr bool is_infra(Outcome outcome) {
    switch (outcome) {
        case Outcome::infra_aborted:
        case Outcome::disk_full: return true;
        case Outcome::ok:
        case Outcome::build_failed:
        case Outcome::check_failed:
        case Outcome::uninstallable:
        case Outcome::bad_srpm:
        case Outcome::timeout:
        case Outcome::stalled:
        case Outcome::oom:
        case Outcome::isa_mismatch:
        case Outcome::cancelled: return false;
    }
    return false;
}

/// What comparing a variant with its baseline said.
enum class Verdict { promote, equivalent, regress, identical, hold, unstable, no_benchmark };
BOOST_DESCRIBE_ENUM(Verdict, promote, equivalent, regress, identical, hold, unstable, no_benchmark)

/// How a level is expressed in the packages of a variant (docs/architecture.md, section 4).
enum class Encoding { arch, flags };
BOOST_DESCRIBE_ENUM(Encoding, arch, flags)

/// `flat`: every build sees only the seed. `ordered`: builds see the outputs of their dependencies.
enum class Mode { flat, ordered };
BOOST_DESCRIBE_ENUM(Mode, flat, ordered)

}  // namespace terrace
