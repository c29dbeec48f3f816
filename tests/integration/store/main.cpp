#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>

namespace {

constexpr uid_t kNobody = 65534;

/// PostgreSQL refuses to run as root, and containers run tests as root.
bool become_unprivileged() {
    if (geteuid() != 0) return true;
    if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0 ||
        setresuid(kNobody, kNobody, kNobody) != 0) {
        return false;
    }
    // Otherwise /proc/self is root's, and the leak checker cannot look at us.
    return prctl(PR_SET_DUMPABLE, 1) == 0;
}

}  // namespace

/// libpqxx 6 forgets the last result of a connection that it finds lost.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
    return "leak:libpqxx-6";
}

int main(int argc, char** argv) {
    if (!become_unprivileged()) {
        std::perror("cannot become an unprivileged user");
        return 1;
    }
    return doctest::Context(argc, argv).run();
}
