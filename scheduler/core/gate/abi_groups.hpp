#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"
#include "common/vocab/gate.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

/// Groups of source packages that pass each other values whose layout depends on the level.
///
/// A header-only SIMD library compiles into whoever includes it. Eigen aligns to 16 bytes at the
/// baseline, to 32 with AVX and to 64 with AVX512 (EIGEN_MAX_ALIGN_BYTES), so a program built with
/// AVX that gives an Eigen value to a library built without it crashes: MRPT/mrpt#665,
/// PointCloudLibrary/pcl#5806, RobotLocomotion/drake#14603. xsimd's batch types are as
/// wide as the best registers, Blaze's padding follows them.
namespace terrace::core {

/// What a build shares through such libraries: those of `libraries` that its build root had, by its
/// own BuildRequires or through another -devel package, and the sonames of its packages; nullopt:
/// it had none.
std::optional<AbiInterface> abi_interface_of(const std::vector<std::string>& buildroot_nevras,
                                             const std::vector<PackageInterface>& interfaces,
                                             const std::vector<std::string>& libraries);

/// A source package of an ABI group, as the others of it see it.
struct AbiMember {
    std::string source;
    GateAnswer answer = GateAnswer::held;
    std::string why = {};  ///< of one that is held: a phrase
};

struct AbiSource {
    std::string source;
    AbiInterface abi;
};

/// Two sources are of one group if both are built with the same library and one requires a soname
/// that the other provides; so are all that are linked so. The order of the sources does not
/// matter.
std::vector<AbiGroup> detected_abi_groups(const std::vector<AbiSource>& sources);

}  // namespace terrace::core
