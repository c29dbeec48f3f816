#pragma once

#include <atomic>

namespace terrace::core {

/// Set by the simulator's main, null in production: told which rare path was taken, so that a run
/// of many seeds can prove that it visited all of them.
inline std::atomic<void (*)(const char*)> sim_mark_hook{nullptr};

inline void sim_mark(const char* what) {
    if (auto* hook = sim_mark_hook.load(std::memory_order_relaxed)) hook(what);
}

}  // namespace terrace::core
