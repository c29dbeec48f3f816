#include "worker/inspect/confinement.hpp"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace terrace::inspect {
namespace {

constexpr rlim_t kFilesMax = 64;
constexpr rlim_t kFileBytesMax = 64 << 20;  // the report, which is all that is written

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TERRACE_HAS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TERRACE_HAS_SANITIZER 1
#endif
#ifdef TERRACE_HAS_SANITIZER
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

void check(int result, const char* what) {
    if (result != 0) throw std::system_error(errno, std::generic_category(), what);
}

void limit(__rlimit_resource resource, rlim_t value, const char* what) {
    const rlimit limits{value, value};
    check(::setrlimit(resource, &limits), what);
}

}  // namespace

void confine(const Confinement& limits) {
    limit(RLIMIT_CORE, 0, "setrlimit(RLIMIT_CORE)");
    limit(RLIMIT_NOFILE, kFilesMax, "setrlimit(RLIMIT_NOFILE)");
    limit(RLIMIT_FSIZE, kFileBytesMax, "setrlimit(RLIMIT_FSIZE)");
    // Ten seconds apart: at the hard limit comes SIGKILL, which others may have sent as well.
    const rlimit cpu{static_cast<rlim_t>(limits.cpu_seconds),
                     static_cast<rlim_t>(limits.cpu_seconds) + 10};
    check(::setrlimit(RLIMIT_CPU, &cpu), "setrlimit(RLIMIT_CPU)");
    if (kLimitsMemory)
        limit(RLIMIT_AS, static_cast<rlim_t>(limits.memory_bytes), "setrlimit(RLIMIT_AS)");
    if (limits.uid >= 0) {
        check(::setgroups(0, nullptr), "setgroups");
        check(::setgid(static_cast<gid_t>(limits.gid)), "setgid");
        check(::setuid(static_cast<uid_t>(limits.uid)), "setuid");
    }
    // Of the user we are now; processes are not counted for root.
    limit(RLIMIT_NPROC, 0, "setrlimit(RLIMIT_NPROC)");
    check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)");
}

}  // namespace terrace::inspect
