#pragma once

#include <cstdio>
#include <cstdlib>

namespace terrace {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
    std::abort();
}

}  // namespace terrace

/// For bugs only, and on in every build type. The daemon is started again and its memory is rebuilt
/// from the database, so stopping is always safer than going on.
#define TERRACE_CHECK(condition) \
    ((condition) ? void(0) : ::terrace::check_failed(#condition, __FILE__, __LINE__))
