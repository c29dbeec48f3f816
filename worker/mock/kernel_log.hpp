#pragma once

#include <functional>
#include <string_view>

#include "common/os/unique_fd.hpp"

namespace terrace::worker {

/// The kernel's log (/dev/kmsg) from now on. Needs root or CAP_SYSLOG where kernel.dmesg_restrict
/// is set, and sees nothing in most containers: then there simply are no lines.
class KernelLog {
public:
    KernelLog();

    /// Passes on the lines that were added since the last call. Never blocks.
    void read(const std::function<void(std::string_view line)>& on_line);

    /// False if a process that died of an invalid opcode, or was killed for want of memory, may
    /// have left no line: the log is not readable, debug.exception-trace is off, or lines were
    /// dropped.
    bool is_complete() const { return complete_; }

private:
    os::UniqueFd fd_;
    bool complete_ = false;
};

}  // namespace terrace::worker
