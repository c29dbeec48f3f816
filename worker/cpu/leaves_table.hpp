#pragma once

#include <istream>
#include <string>
#include <vector>

#include "common/vocab/result.hpp"
#include "common/vocab/worker_hello.hpp"

namespace terrace::worker {

/// One CPU of a table of register dumps.
struct LeavesRow {
    std::string file;   ///< where the dump came from; empty if the table has no such column
    std::string level;  ///< as the table says; empty if it has no such column
    CpuidLeaves leaves;
};

/// Reads tab-separated rows whose header names at least the columns `leaf1`, `leaf7_0` and
/// `leaf80000001`, each four registers "EAX-EBX-ECX-EDX" in hexadecimal, or empty for a leaf that
/// the CPU does not have. A leaf above what the columns `leaf0` and `leaf80000000` give as the
/// highest one does not count. Other columns are ignored, and so are lines that begin with '#'. A
/// dump has no XCR0: the operating system is taken to have enabled all state where OSXSAVE is set.
Result<std::vector<LeavesRow>> read_leaves_table(std::istream& in);

}  // namespace terrace::worker
