#include "worker/core/log_scanner.hpp"

#include <doctest/doctest.h>

namespace terrace::worker {
namespace {

constexpr const char* kBuild =
    "Executing command: ['bash', '--login', '-c', '/usr/bin/rpmbuild -bb  --target x86_64_v3']";

bool finds_march(Level level, const char* line) {
    LogScanner scanner(level);
    scanner.build_line(line);
    return scanner.facts().march_seen;
}

TEST_CASE("-march is looked for as a whole word") {
    CHECK(finds_march(Level::x86_64_v3, "gcc -O2 -march=x86-64-v3 -c a.c"));
    CHECK(finds_march(Level::x86_64_v3, "+ CFLAGS='-O2 -g -march=x86-64-v3'"));
    CHECK(finds_march(Level::x86_64_v3, "-march=x86-64-v3"));
    CHECK_FALSE(finds_march(Level::x86_64_v3, "gcc -O2 -march=x86-64-v2 -c a.c"));
    CHECK_FALSE(finds_march(Level::x86_64, "gcc -O2 -march=x86-64-v3 -c a.c"));
    CHECK(finds_march(Level::x86_64, "gcc -march=x86-64-v3 -march=x86-64 -c a.c"));
    CHECK_FALSE(finds_march(Level::x86_64_v3,
                            "Executing command: ['rpmbuild -bb --define x -march=x86-64-v3']"));
}

TEST_CASE("only the last call of rpmbuild counts") {
    LogScanner scanner(Level::x86_64);
    scanner.build_line(
        "Executing command: ['bash', '-c', '/usr/bin/rpmbuild -br --target x86_64 a.spec']");
    scanner.build_line("error: something that was repaired");
    scanner.build_line("Child return code was: 11");
    CHECK(scanner.facts().step == RpmbuildStep::requirements);
    CHECK(scanner.facts().step_exit_code == 11);
    scanner.build_line(kBuild);
    CHECK(scanner.facts().step == RpmbuildStep::build);
    CHECK(scanner.facts().step_exit_code == 0);
    CHECK(scanner.facts().rpm_error.empty());
}

TEST_CASE("a killed rpmbuild has a negative code") {
    LogScanner scanner(Level::x86_64);
    scanner.build_line(kBuild);
    scanner.build_line("Child return code was: -9");
    CHECK(scanner.facts().step_exit_code == -9);
}

TEST_CASE("a full disk counts only near the end: a test suite may write to /dev/full") {
    LogScanner scanner(Level::x86_64);
    scanner.build_line(kBuild);
    scanner.build_line("cat: write error: No space left on device");
    CHECK(scanner.facts().says(LogSays::disk_full));
    for (int i = 0; i < 100; ++i) scanner.build_line("ok");
    CHECK_FALSE(scanner.facts().says(LogSays::disk_full));
}

TEST_CASE("what a shell is about to print is not yet a failure") {
    LogScanner scanner(Level::x86_64);
    scanner.build_line(kBuild);
    scanner.build_line("+ echo 'x: error: no'");
    scanner.build_line("+ echo 'No space left on device'");
    CHECK(scanner.facts().line(LogSays::tool_error).empty());
    CHECK_FALSE(scanner.facts().says(LogSays::disk_full));
}

TEST_CASE("missing packages are named once each, in the words of dnf 4, dnf 5 and libsolv") {
    LogScanner scanner(Level::x86_64);
    scanner.root_line("DEBUG util.py:461:  No matching package to install: 'zlib-devel >= 99'");
    scanner.root_line("DEBUG util.py:461:  No matching package to install: 'zlib-devel >= 99'");
    scanner.root_line("DEBUG util.py:461:  No match for argument: foo-devel");
    scanner.root_line(
        "DEBUG util.py:461:    - nothing provides libbar.so.1()(64bit) needed by foo-1-1.x86_64 "
        "from seed");
    scanner.root_line("DEBUG util.py:461:  nothing provides baz");
    CHECK(scanner.facts().missing ==
          std::vector<std::string>{"zlib-devel >= 99", "foo-devel", "libbar.so.1()(64bit)", "baz"});
}

TEST_CASE("trouble of the host is told from trouble of the package") {
    LogScanner scanner(Level::x86_64);
    scanner.root_line("DEBUG util.py:461:  Error: Transaction test error:");
    scanner.root_line(
        "DEBUG util.py:461:    At least 141MB more space needed on the / filesystem.");
    scanner.root_line("DEBUG util.py:461:  Failed to open system bus: No such file or directory");
    scanner.root_line("DEBUG util.py:461:  Error: Failed to download metadata for repo 'seed'");
    CHECK(scanner.facts().says(LogSays::disk_full));
    CHECK(scanner.facts().says(LogSays::container_failed));
    CHECK(scanner.facts().says(LogSays::download_failed));
    CHECK(scanner.facts().line(LogSays::dnf_error) ==
          "Error: Failed to download metadata for repo 'seed'");
}

}  // namespace
}  // namespace terrace::worker
