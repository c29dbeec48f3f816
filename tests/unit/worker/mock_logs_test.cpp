// Excerpts of what mock's logs say, kind of failure by kind of failure.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "worker/core/outcome.hpp"

namespace terrace::worker {
namespace {

constexpr const char* kStateOfBuild = R"(2026-11-22 10:12:27,647 - Finish: chroot init
2026-11-22 10:12:27,648 - Start: build phase for a-1-1.src.rpm
2026-11-22 10:12:27,648 - Start: build setup for a-1-1.src.rpm
2026-11-22 10:12:28,360 - Finish: build setup for a-1-1.src.rpm
2026-11-22 10:12:28,360 - Start: rpmbuild a-1-1.src.rpm
2026-11-22 10:12:28,360 - Start: Outputting list of installed packages
2026-11-22 10:12:28,382 - Finish: Outputting list of installed packages
2026-11-22 10:12:28,425 - Finish: rpmbuild a-1-1.src.rpm
)";
constexpr const char* kStateOfSetUp = R"(2026-11-22 10:12:47,372 - Finish: chroot init
2026-11-22 10:12:47,372 - Start: build phase for a-1-1.src.rpm
2026-11-22 10:12:47,372 - Start: build setup for a-1-1.src.rpm
2026-11-22 10:12:47,671 - Finish: build setup for a-1-1.src.rpm
)";
constexpr const char* kSource =
    R"(Executing command: ['bash', '--login', '-c', '/usr/bin/rpmbuild -bs --target x86_64_v3 --nodeps /builddir/build/SPECS/a.spec'] with env {'TERM': 'vt100'}
Building target platforms: x86_64_v3
Building for target x86_64_v3
)";
constexpr const char* kSourceDone = R"(Wrote: /builddir/build/SRPMS/a-1-1.t1.src.rpm
Child return code was: 0
Executing command: ['bash', '--login', '-c', '/usr/bin/rpmbuild -bb --target x86_64_v3 --nodeps /builddir/build/SPECS/a.spec'] with env {'TERM': 'vt100'}
Building target platforms: x86_64_v3
)";
constexpr const char* kOutput = R"(INFO: Start(a-1-1.src.rpm)  Config(mini-1-x86_64_v3)
Start: run
ERROR: Exception(a-1-1.src.rpm) Config(mini-1-x86_64_v3)
INFO: Results and/or logs in: /results
ERROR: Command failed: 
 # bash --login -c '/usr/bin/rpmbuild -bb --target x86_64_v3 --nodeps /builddir/build/SPECS/a.spec'
)";

constexpr const char* kCompilerError = R"(Executing(%build): /bin/sh -e /var/tmp/rpm-tmp.gpB4B3
+ CFLAGS='-O2 -g -march=x86-64-v3'
+ gcc a.c
a.c: In function ‘main’:
a.c:1:25: error: ‘undeclared’ undeclared (first use in this function)
    1 | int main(void) { return undeclared; }
      |                         ^~~~~~~~~~
a.c:1:25: note: each undeclared identifier is reported only once for each function it appears in
error: Bad exit status from /var/tmp/rpm-tmp.gpB4B3 (%build)

RPM build errors:
    Bad exit status from /var/tmp/rpm-tmp.gpB4B3 (%build)
Child return code was: 1
)";
constexpr const char* kCheckError = R"(Executing(%check): /bin/sh -e /var/tmp/rpm-tmp.GvgSYQ
+ echo 'FAIL: one of one tests'
FAIL: one of one tests
+ exit 3
error: Bad exit status from /var/tmp/rpm-tmp.GvgSYQ (%check)

RPM build errors:
    Bad exit status from /var/tmp/rpm-tmp.GvgSYQ (%check)
Child return code was: 1
)";
constexpr const char* kUnpackaged =
    R"(Checking for unpackaged file(s): /usr/lib/rpm/check-files /builddir/build/BUILD/a-1-build/BUILDROOT
error: Installed (but unpackaged) file(s) found:
   /usr/share/forgotten

RPM build errors:
    Installed (but unpackaged) file(s) found:
   /usr/share/forgotten
Child return code was: 1
)";
constexpr const char* kWrongArch = R"(+ /usr/lib/rpm/brp-remove-la-files
error: Architecture is not included: x86_64_v3
error: parsing failed

RPM build errors:
    Architecture is not included: x86_64_v3
    parsing failed
Child return code was: 1
)";
constexpr const char* kBrokenSpec = R"(error: broken on purpose
  1<    (%error)
  0<  (%mini)
Child return code was: 1
)";
constexpr const char* kMissingRoot =
    R"(INFO process.py:67:  mini                                            2.9 MB/s | 3.0 kB     00:00
INFO process.py:67:  No matching package to install: 'no-such-package-devel'
INFO process.py:67:  Not all dependencies satisfied
INFO process.py:67:  Error: Some packages could not be found.
INFO process.py:74:  Child return code was: 1
)";

struct Run {
    const char* what;
    int exit_code;
    std::string build;
    std::string state;
    std::string root;
    std::string output;
    Ending ending;
};

template <class Feed>
void feed_lines(const std::string& text, Feed feed) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) feed(line);
}

TEST_CASE("the logs of real runs are understood") {
    const std::string built = std::string(kSource) + kSourceDone;
    const std::vector<Run> runs = {
        {"compiler error",
         1,
         built + kCompilerError,
         kStateOfBuild,
         "",
         kOutput,
         {Outcome::build_failed,
          "a.c:1:25: error: ‘undeclared’ undeclared (first use in this function); "
          "Bad exit status from /var/tmp/rpm-tmp.gpB4B3 (%build)"}},
        {"test suite",
         1,
         built + kCheckError,
         kStateOfBuild,
         "",
         kOutput,
         {Outcome::check_failed,
          "FAIL: one of one tests; Bad exit status from /var/tmp/rpm-tmp.GvgSYQ (%check)"}},
        {"unpackaged files",
         1,
         built + kUnpackaged,
         kStateOfBuild,
         "",
         kOutput,
         {Outcome::build_failed, "Installed (but unpackaged) file(s) found: /usr/share/forgotten"}},
        {"ExclusiveArch",
         1,
         built + kWrongArch,
         kStateOfBuild,
         "",
         kOutput,
         {Outcome::build_failed, "Architecture is not included: x86_64_v3"}},
        {"spec that does not parse",
         1,
         std::string(kSource) + kBrokenSpec,
         kStateOfSetUp,
         "",
         kOutput,
         {Outcome::bad_srpm, "broken on purpose"}},
        {"missing BuildRequires",
         30,
         built,
         kStateOfSetUp,
         kMissingRoot,
         kOutput,
         {Outcome::uninstallable,
          "Nothing in the seed provides no-such-package-devel: "
          "No matching package to install: 'no-such-package-devel'"}},
        {"time-out",
         11,
         built,
         kStateOfBuild,
         "",
         "ERROR: Timeout(600) expired for command:\n # bash --login -c rpmbuild\n",
         {Outcome::timeout,
          "rpmbuild took too long: Timeout(600) expired for command; "
          "last line: Building target platforms: x86_64_v3"}},
        {"no such configuration",
         3,
         "",
         "",
         "",
         "ERROR: Could not find required config file: /configs/x.cfg\n",
         {Outcome::infra_aborted,
          "mock does not accept its configuration: "
          "Could not find required config file: /configs/x.cfg"}},
        {"not called by sudo",
         1,
         "",
         "",
         "",
         "ERROR: mock will not run from the root account (needs an unprivileged uid so it can drop "
         "privs)\n",
         {Outcome::infra_aborted,
          "mock failed, rpmbuild did not: mock will not run from the root account "
          "(needs an unprivileged uid so it can drop privs)"}},
    };
    for (const Run& run : runs) {
        CAPTURE(run.what);
        LogScanner scanner(Level::x86_64_v3);
        feed_lines(run.output, [&](const std::string& line) { scanner.output_line(line); });
        feed_lines(run.build, [&](const std::string& line) { scanner.build_line(line); });
        feed_lines(run.state, [&](const std::string& line) { scanner.state_line(line); });
        feed_lines(run.root, [&](const std::string& line) { scanner.root_line(line); });
        const Ending ending = mock_ending(run.exit_code, scanner.facts());
        CHECK(name_of(ending.outcome) == name_of(run.ending.outcome));
        CHECK(ending.evidence == run.ending.evidence);
    }
}

}  // namespace
}  // namespace terrace::worker
