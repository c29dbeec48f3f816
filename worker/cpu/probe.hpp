#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/worker_hello.hpp"

namespace terrace::worker {

/// What the operator says about a worker, and no machine can tell.
struct WorkerIdentity {
    std::string name;
    std::string incarnation;  ///< a random name of this process
    int slots = 1;
    Level level_max = Level::x86_64_v4;
    std::vector<std::string> mock_command;
    std::filesystem::path
        state;  ///< an existing directory: its file system's free space is reported
};

/// Everything a worker tells the scheduler about itself. Runs `mock --version` and `rpm --version`:
/// blocks for a moment. Throws std::runtime_error where there is no CPUID.
WorkerHello probe(const WorkerIdentity& identity);

/// `known` with what the CPU says now; equal to it while nothing has changed. A microcode update or
/// another host under this virtual machine may change the registers; then the instructions are
/// tried again, too. Takes microseconds while nothing has changed. Callable from any thread.
WorkerHello probe_cpu_again(const WorkerHello& known);

}  // namespace terrace::worker
