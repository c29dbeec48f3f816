// The rules, with lines as the tools print them (bash 5.2, dash, make 4.3, gcc 12, CTest, prove,
// Python 3.11, meson, cargo, go, dnf 4, mock).
#include "worker/core/outcome_rules.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "worker/core/log_scanner.hpp"

namespace terrace::worker {
namespace {

struct Row {
    LogFile log;
    LogSays says;
    const char* line;
};

const std::vector<Row>& rows() {
    using enum LogFile;
    using enum LogSays;
    static const std::vector<Row> kRows = {
        {build, disk_full, "dd: error writing 'big': No space left on device"},
        {build, disk_full, "cp: error writing 'a': Disk quota exceeded"},
        {root, disk_full, "tar: ./usr/lib/a: Cannot write: No space left on device"},
        {root, disk_full, "   At least 141MB more space needed on the / filesystem."},
        {output, mock_disk_full, "OSError: [Errno 28] No space left on device"},
        {output, mock_disk_full,
         "ERROR: Can not copy a.rpm into resultdir: [Errno 28] No space left on device"},
        {build, compiler_killed, "gcc: fatal error: Killed signal terminated program cc1"},
        {build, compiler_killed, "clang: error: unable to execute command: Killed"},
        {build, compiler_killed,
         "  process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)"},
        {build, command_killed,
         "/var/tmp/rpm-tmp.LeZAAO: line 50:    20 Killed                  ./hog"},
        {build, command_killed, "make: *** [Makefile:4: k] Killed"},
        {build, command_ended, "/var/tmp/rpm-tmp.x: line 40:   123 Terminated              make"},
        {build, command_ended, "make: *** [all] Terminated"},
        {build, command_ended, "make: *** [Makefile:3: a] Error 137"},
        {build, command_ended, "make: *** [Makefile:3: a] Error 143"},
        {build, command_ended, "gcc: fatal error: Terminated signal terminated program cc1"},
        {build, memory_exhausted, "virtual memory exhausted: Cannot allocate memory"},
        {build, memory_exhausted,
         "cc1plus: out of memory allocating 65536 bytes after a total of 1 bytes"},
        {build, memory_exhausted, "LLVM ERROR: out of memory"},
        {build, memory_exhausted, "/usr/bin/ld: final link failed: Cannot allocate memory"},
        {build, memory_exhausted, "/usr/bin/ld: final link failed: memory exhausted"},
        {build, memory_exhausted,
         "g++: fatal error: cannot execute 'cc1plus': vfork: Cannot allocate memory"},
        {build, illegal_instruction,
         "/var/tmp/rpm-tmp.YRYecY: line 38:    83 Illegal instruction     ./dies"},
        {build, illegal_instruction,
         "./test.sh: line 2:  9585 Illegal instruction     (core dumped) ./a"},
        {build, illegal_instruction, "Illegal instruction"},
        {build, illegal_instruction, "Illegal instruction (core dumped)"},
        {build, illegal_instruction, "make: *** [Makefile:2: check] Illegal instruction"},
        {build, illegal_instruction,
         "1/1 Test #1: dies .............................***Exception: Illegal  0.01 sec"},
        {build, illegal_instruction, "1/1 dies  FAIL  0.05s   killed by signal 4 SIGILL"},
        {build, illegal_instruction, "FAIL dies (exit status: 132)"},
        {build, illegal_instruction, "  (signal: 4, SIGILL: illegal instruction)"},
        {build, illegal_instruction, "SIGILL: illegal instruction"},
        {build, illegal_instruction,
         "subprocess.CalledProcessError: Command '['./a']' died with <Signals.SIGILL: 4>."},
        {build, illegal_instruction, "Fatal Python error: Illegal instruction"},
        {build, illegal_instruction, "t.t (Wstat: 4 (Signal: ILL) Tests: 0 Failed: 0)"},
        {build, illegal_instruction, "t.t (Wstat: 4 Tests: 0 Failed: 0)"},
        {build, illegal_instruction,
         "gcc: internal compiler error: Illegal instruction signal terminated program cc1"},
        {build, illegal_instruction, "a.c:1:1: internal compiler error: Illegal instruction"},
        {build, tool_error, "a.c:1:25: error: 'undeclared' undeclared"},
        {build, tool_error, "a.c:1:10: fatal error: a.h: No such file or directory"},
        {build, tool_error, "gmake: Error 2"},
        {build, tool_error, "1/1 Test #1: fails ............................***Failed    0.01 sec"},
        {build, tool_error, "FAIL: one of one tests"},
        {root, container_failed, "Failed to open system bus: No such file or directory"},
        {root, container_failed, "Failed to retrieve machine ID: No such file or directory"},
        {root, container_failed, "Failed to register machine: Unit already exists"},
        {root, container_failed, "Failed to allocate scope: Unit already exists"},
        {root, download_failed, "Error: Failed to download metadata for repo 'seed'"},
        {root, download_failed, "Cannot download a-1-1.x86_64.rpm: All mirrors were tried"},
        {root, download_failed, "Error: Error downloading packages:"},
        {root, download_failed, "  - Curl error (6): Couldn't resolve host name"},
        {root, dnf_error, "Error: Some packages could not be found."},
        {root, unpack_error, "error: unpacking of archive failed: cpio: Bad magic"},
        {build, program_missing, "bash: line 1: /usr/bin/rpmbuild: No such file or directory"},
        {output, program_missing, "[Errno 2] No such file or directory: '/usr/bin/dnf-builddep'"},
        {output, external_requirement,
         "ERROR: ExternalBuildRequires are found but support is disabled. See "
         "\"external_buildrequires\" in config_opts."},
        {output, external_requirement,
         "ERROR: Unknown external dependencies: external:no-such-kind:thing"},
        {output, not_an_srpm, "ERROR: Cannot find/open srpm: a.src.rpm. Error: no such file"},
        {output, not_an_srpm, "ERROR: File is not an srpm: a.rpm."},
    };
    return kRows;
}

void feed(LogScanner& scanner, LogFile log, const std::string& line) {
    switch (log) {
        case LogFile::build: scanner.build_line(line); break;
        case LogFile::root: scanner.root_line("DEBUG util.py:461:  " + line); break;
        case LogFile::output: scanner.output_line(line); break;
    }
}

TEST_CASE("each rule's line is found and kept") {
    for (const Row& row : rows()) {
        CAPTURE(row.line);
        LogScanner scanner(Level::x86_64);
        feed(scanner, row.log, row.line);
        const std::string kept = scanner.facts().line(row.says);
        CHECK_FALSE(kept.empty());
        CHECK(std::string(row.line).find(kept) != std::string::npos);
    }
}

TEST_CASE("no rule is without its line in this test") {
    for (const LogRule& rule : log_rules()) {
        CAPTURE(rule.first);
        CHECK(std::ranges::any_of(rows(), [&](const Row& row) {
            return row.log == rule.log && row.says == rule.says && matches(rule, row.line);
        }));
    }
}

TEST_CASE("lines that only look alike") {
    for (const char* line :
         {"t.t (Wstat: 4096 (exited 16) Tests: 0 Failed: 0)",
          "./test.sh: line 4:  9586 Killed                  sh -c 'kill -9 $$'",
          "terminate called after throwing an instance of 'std::bad_alloc'",
          "fork: Cannot allocate memory", "checking for Illegal instruction handling... yes",
          "PASS: error path", "+ echo 'Illegal instruction'"}) {
        CAPTURE(line);
        LogScanner scanner(Level::x86_64);
        feed(scanner, LogFile::build, line);
        CHECK(scanner.facts().lines.empty());
    }
}

TEST_CASE("what another of rpm's scripts said does not count, nor what is far from the end") {
    LogScanner scanner(Level::x86_64);
    scanner.build_line("Executing(%build): /bin/sh -e /var/tmp/rpm-tmp.a");
    scanner.build_line("./configure: line 9: 1 Illegal instruction ./conftest");
    scanner.build_line("a.c:1:1: error: this one was repaired");
    CHECK(scanner.facts().says(LogSays::illegal_instruction));
    scanner.build_line("Executing(%check): /bin/sh -e /var/tmp/rpm-tmp.b");
    CHECK(scanner.facts().lines.empty());
    CHECK(scanner.facts().section == "%check");
    scanner.build_line("Illegal instruction");
    scanner.build_line("FAIL: a");
    for (int i = 0; i < 100; ++i) scanner.build_line("ok");
    CHECK_FALSE(scanner.facts().says(LogSays::illegal_instruction));
    CHECK(scanner.facts().line(LogSays::tool_error) == "FAIL: a");
}

TEST_CASE("exit codes are there once each") {
    std::set<int> codes;
    for (const ExitCodeRule& rule : exit_code_rules()) {
        CHECK(codes.insert(rule.exit_code).second);
        CHECK(exit_code_rule(rule.exit_code) == &rule);
        CHECK_FALSE(rule.meaning.empty());
    }
}

}  // namespace
}  // namespace terrace::worker
