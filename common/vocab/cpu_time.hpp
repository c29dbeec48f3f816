#pragma once

#include <cstdint>

#include "common/vocab/benchmark.hpp"

namespace terrace {

/// CPU time of a run: user and system together. Most kernels know only the sum exactly, and divide
/// it by what they saw at their ticks: of a run of a tenth of a second, user time alone is a guess
/// that is wrong by some percent each time (docs/gate.md, measured).
inline std::int64_t cpu_us(const Sample& sample) {
    return sample.user_us + sample.system_us;
}

}  // namespace terrace
