#pragma once

#include <filesystem>

#include "common/vocab/look.hpp"

namespace terrace::bench {

/// What may disturb a measurement on this CPU, as the kernel says it now; what it does not say
/// stays empty or 0. `throttled` counts since the host was started. `root` is "/" but in tests.
HostCondition read_host_condition(int cpu, const std::filesystem::path& root = "/");

/// The rule by which a block is measured again, written down before anything is measured: the CPU
/// was throttled during it, or in one of its runs did something else for longer than a tenth of the
/// run's time. The kernel counts that in ticks of 10 ms, so less than three of them prove nothing.
bool is_disturbed(const Sample& run);

}  // namespace terrace::bench
