#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/vocab/worker_hello.hpp"

namespace terrace::worker {

/// One instruction of one feature, to be tried.
struct SelfTestStep {
    const char* feature;
    const char* instruction;
    /// Executes it and tells whether its result is right. Runs in a child process that another
    /// thread may have forked: no allocation, no locks.
    bool (*works)();
};

/// One step for each feature above the baseline that features_of() knows.
std::span<const SelfTestStep> self_test_steps();

/// Tries the steps of these features (all others are passed over) in a child process, and a new one
/// after each that ended the last: a step that is killed, or whose result is wrong, is a fault. A
/// hypervisor that masks badly, or an emulator, claims what it cannot do. Throws std::system_error
/// if no child can be made. Callable from any thread.
std::vector<FeatureFault> try_features(const std::vector<std::string>& features,
                                       std::span<const SelfTestStep> steps = self_test_steps());

}  // namespace terrace::worker
