#include "worker/core/outcome.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace terrace::worker {
namespace {

LogFacts rpmbuild_failed(int code = 1) {
    LogFacts facts;
    facts.build_phase_started = true;
    facts.rpmbuild_started = true;
    facts.step = RpmbuildStep::build;
    facts.step_exit_code = code;
    facts.rpm_error = "Bad exit status from /var/tmp/rpm-tmp.x (%build)";
    return facts;
}

template <class Change>
LogFacts with(LogFacts facts, Change change) {
    change(facts);
    return facts;
}

TEST_CASE("mock's exit code and its logs together decide the outcome") {
    struct Row {
        const char* what;
        int exit_code;
        LogFacts facts;
        Outcome outcome;
    };
    const LogFacts nothing;
    const LogFacts ready = with(nothing, [](LogFacts& f) { f.build_phase_started = true; });
    const std::vector<Row> rows = {
        {"success", 0, nothing, Outcome::ok},
        {"rpmbuild failed", 1, rpmbuild_failed(), Outcome::build_failed},
        {"rpmbuild failed, by the documented code", 10, rpmbuild_failed(), Outcome::build_failed},
        {"%check failed", 1, with(rpmbuild_failed(), [](LogFacts& f) { f.check_failed = true; }),
         Outcome::check_failed},
        {"mock broke before any log", 1, nothing, Outcome::infra_aborted},
        {"mock broke after a good build", 1, rpmbuild_failed(0), Outcome::infra_aborted},
        {"rpmbuild was killed", 1, rpmbuild_failed(137), Outcome::infra_aborted},
        {"rpmbuild was killed, as Python counts", 1, rpmbuild_failed(-9), Outcome::infra_aborted},
        {"no word of rpmbuild in state.log", 1,
         with(rpmbuild_failed(), [](LogFacts& f) { f.rpmbuild_started = false; }),
         Outcome::infra_aborted},
        {"the spec does not parse", 1,
         with(rpmbuild_failed(), [](LogFacts& f) { f.step = RpmbuildStep::source; }),
         Outcome::bad_srpm},
        {"rpmbuild -bs could not even start", 1,
         with(rpmbuild_failed(127),
              [](LogFacts& f) {
                  f.step = RpmbuildStep::source;
                  f.rpm_error.clear();
              }),
         Outcome::infra_aborted},
        {"%generate_buildrequires failed", 1,
         with(rpmbuild_failed(), [](LogFacts& f) { f.step = RpmbuildStep::requirements; }),
         Outcome::build_failed},
        {"no RPM at all", 1,
         with(nothing,
              [](LogFacts& f) {
                  f.lines[LogSays::not_an_srpm] = f.mock_error =
                      "Cannot find/open srpm: a.src.rpm.";
              }),
         Outcome::bad_srpm},
        {"disk full while building", 1,
         with(rpmbuild_failed(),
              [](LogFacts& f) { f.lines[LogSays::disk_full] = "No space left on device"; }),
         Outcome::disk_full},
        {"the kernel killed the compiler", 1,
         with(rpmbuild_failed(),
              [](LogFacts& f) {
                  f.lines[LogSays::compiler_killed] =
                      "gcc: fatal error: Killed signal terminated program cc1";
              }),
         Outcome::oom},
        {"root cache", 2, nothing, Outcome::infra_aborted},
        {"configuration", 3, nothing, Outcome::infra_aborted},
        {"option", 5, nothing, Outcome::infra_aborted},
        {"rpmbuild's time-out", 11, nothing, Outcome::timeout},
        {"a missing BuildRequires", 30, with(ready, [](LogFacts& f) { f.missing = {"a-devel"}; }),
         Outcome::uninstallable},
        {"conflicting BuildRequires", 30,
         with(ready,
              [](LogFacts& f) { f.lines[LogSays::dnf_error] = "package a conflicts with b"; }),
         Outcome::uninstallable},
        {"dnf was killed", 30, ready, Outcome::infra_aborted},
        {"make was ended", 1,
         with(rpmbuild_failed(),
              [](LogFacts& f) { f.lines[LogSays::command_ended] = "make: *** [all] Terminated"; }),
         Outcome::infra_aborted},
        {"the build root itself", 30, with(nothing, [](LogFacts& f) { f.missing = {"gcc"}; }),
         Outcome::infra_aborted},
        {"the mirror is away", 30,
         with(ready, [](LogFacts& f) { f.lines[LogSays::download_failed] = "Curl error"; }),
         Outcome::infra_aborted},
        {"disk full in dnf", 30,
         with(ready, [](LogFacts& f) { f.lines[LogSays::disk_full] = "No space left on device"; }),
         Outcome::disk_full},
        {"payload", 40, ready, Outcome::bad_srpm},
        {"nspawn without D-Bus", 40,
         with(
             ready,
             [](LogFacts& f) { f.lines[LogSays::container_failed] = "Failed to open system bus"; }),
         Outcome::infra_aborted},
        {"no SRPM given", 50, nothing, Outcome::infra_aborted},
        {"locked", 60, nothing, Outcome::infra_aborted},
        {"result directory", 70, nothing, Outcome::infra_aborted},
        {"only some of a chain", 4, nothing, Outcome::infra_aborted},
        {"architecture", 6, nothing, Outcome::infra_aborted},
        {"chroot", 20, nothing, Outcome::infra_aborted},
        {"LVM", 25, nothing, Outcome::infra_aborted},
        {"an external dependency", 31,
         with(ready,
              [](LogFacts& f) {
                  f.mock_error = "Unknown external dependencies: external:x:y";
                  f.lines[LogSays::external_requirement] = "ERROR: " + f.mock_error;
              }),
         Outcome::uninstallable},
        {"an external dependency that could not be fetched", 31,
         with(ready, [](LogFacts& f) { f.mock_error = "Pip3 install failed"; }),
         Outcome::infra_aborted},
        {"external dependencies are not enabled", 1,
         with(ready,
              [](LogFacts& f) {
                  f.mock_error = "ExternalBuildRequires are found but support is disabled.";
                  f.lines[LogSays::external_requirement] = "ERROR: " + f.mock_error;
              }),
         Outcome::uninstallable},
        {"mount", 32, nothing, Outcome::infra_aborted},
        {"no rpmbuild", 127, ready, Outcome::infra_aborted},
        {"LVM is locked", 65, nothing, Outcome::infra_aborted},
        {"namespaces", 80, nothing, Outcome::infra_aborted},
        {"bootstrap", 90, nothing, Outcome::infra_aborted},
        {"mock's own state", 110, nothing, Outcome::infra_aborted},
        {"weak dependency", 120, nothing, Outcome::infra_aborted},
        {"SIGHUP", 129, nothing, Outcome::infra_aborted},
        {"SIGPIPE", 141, nothing, Outcome::infra_aborted},
        {"root cache on a full disk", 2,
         with(nothing,
              [](LogFacts& f) {
                  f.lines[LogSays::disk_full] = "tar: write error: No space left on device";
              }),
         Outcome::disk_full},
        {"unknown", 99, nothing, Outcome::infra_aborted},
        {"a program that mock ran was killed", 247, ready, Outcome::infra_aborted},
        {"rpmbuild was killed", 247,
         with(rpmbuild_failed(), [](LogFacts& f) { f.step_exit_code = -9; }),
         Outcome::infra_aborted},
        {"rpmbuild was killed for want of memory", 247,
         with(rpmbuild_failed(),
              [](LogFacts& f) {
                  f.step_exit_code = -9;
                  f.lines[LogSays::memory_exhausted] = "virtual memory exhausted";
              }),
         Outcome::oom},
        {"SIGKILL", 137, rpmbuild_failed(), Outcome::infra_aborted},
        {"SIGTERM", 143, rpmbuild_failed(), Outcome::infra_aborted},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const Ending ending = mock_ending(row.exit_code, row.facts);
        CHECK(name_of(ending.outcome) == name_of(row.outcome));
        CHECK(ending.evidence.empty() == (row.outcome == Outcome::ok));
    }
}

TEST_CASE("no exit code that mock documents is left out") {
    for (const int code : {0,  1,  2,  3,  4,  5,  6,  10,  11,  20,  25,  30, 31,
                           40, 50, 60, 65, 70, 80, 90, 110, 120, 129, 141, 143}) {
        CAPTURE(code);
        CHECK(exit_code_rule(code) != nullptr);
    }
    CHECK(exit_code_rule(99) == nullptr);
}

struct HostRow {
    const char* what;
    LogFacts facts;
    HostEvidence host;
    Ending ending;
};

void check_rows(const std::vector<HostRow>& rows) {
    for (const HostRow& row : rows) {
        CAPTURE(row.what);
        const Ending ending = mock_ending(1, row.facts, row.host);
        CHECK(name_of(ending.outcome) == name_of(row.ending.outcome));
        CHECK(ending.evidence == row.ending.evidence);
    }
}

const std::string kReason = "Bad exit status from /var/tmp/rpm-tmp.x (%build)";

HostEvidence a_host(bool kernel_log,
                    Fault fault = {},
                    std::string oom_line = "",
                    int oom_kills = 0) {
    HostEvidence host;
    host.kernel = {kernel_log, std::move(oom_line)};
    host.fault = std::move(fault);
    host.oom_kills = oom_kills;
    return host;
}

TEST_CASE("an illegal instruction is the host's unless its opcode is a trap") {
    const std::string died = "/var/tmp/rpm-tmp.x: line 30: 7 Illegal instruction ./a";
    const LogFacts said =
        with(rpmbuild_failed(), [&](LogFacts& f) { f.lines[LogSays::illegal_instruction] = died; });
    const LogFacts in_check = with(rpmbuild_failed(), [](LogFacts& f) { f.check_failed = true; });
    const Fault amx{FaultKind::instruction, "tilezero (AMX_TILE) in builddir/a", false};
    const Fault amx_in_check{FaultKind::instruction, "tilezero (AMX_TILE) in builddir/a", true};
    const Fault trap{FaultKind::trap, "ud2 (PPRO) in builddir/a", true};
    const Fault unknown{FaultKind::unknown, "opcode unknown: traps: a", true};
    check_rows({
        {"an instruction that is lacking",
         said,
         a_host(true, amx),
         {Outcome::isa_mismatch, died + "; tilezero (AMX_TILE) in builddir/a"}},
        {"a trap",
         said,
         a_host(true, trap),
         {Outcome::build_failed, died + "; ud2 (PPRO) in builddir/a; " + kReason}},
        {"not readable",
         said,
         a_host(true, unknown),
         {Outcome::isa_mismatch, died + "; opcode unknown: traps: a"}},
        {"the kernel saw nothing",
         said,
         a_host(true),
         {Outcome::build_failed, died +
                                     "; the kernel saw no invalid opcode, so the program sent "
                                     "itself the signal; " +
                                     kReason}},
        {"the kernel's log is closed",
         said,
         a_host(false),
         {Outcome::isa_mismatch, died + "; opcode unknown: the kernel's log is not readable here"}},
        {"the log is silent, in %check",
         in_check,
         a_host(true, amx_in_check),
         {Outcome::isa_mismatch, kReason + "; tilezero (AMX_TILE) in builddir/a"}},
        {"configure tried it out before",
         in_check,
         a_host(true, amx),
         {Outcome::check_failed, kReason}},
        {"configure tried it out, and the compiler failed",
         rpmbuild_failed(),
         a_host(true, amx),
         {Outcome::build_failed, kReason}},
        {"a trap in %check that the log does not tell of",
         in_check,
         a_host(true, trap),
         {Outcome::check_failed, kReason}},
    });
}

TEST_CASE("want of memory needs the host's word, or the compiler's") {
    const std::string killed = "/var/tmp/rpm-tmp.x: line 30: 7 Killed perl";
    const LogFacts command =
        with(rpmbuild_failed(), [&](LogFacts& f) { f.lines[LogSays::command_killed] = killed; });
    const LogFacts compiler = with(rpmbuild_failed(), [](LogFacts& f) {
        f.lines[LogSays::memory_exhausted] = "cc1plus: out of memory allocating 65536 bytes";
    });
    check_rows({
        {"control group",
         rpmbuild_failed(),
         a_host(true, {}, "", 2),
         {Outcome::oom, "The build's memory limit was reached (2 processes killed): " + kReason}},
        {"kernel",
         command,
         a_host(true, {}, "Out of memory: Killed process 7 (perl)"),
         {Outcome::oom,
          killed + "; " + kReason + "; kernel: Out of memory: Killed process 7 (perl)"}},
        {"another build's process",
         rpmbuild_failed(),
         a_host(true, {}, "Out of memory: x"),
         {Outcome::build_failed, kReason}},
        {"the kernel knows nothing of it",
         command,
         a_host(true),
         {Outcome::infra_aborted,
          "A process of the build was killed by signal 9, and not for want of memory: " + killed}},
        {"the kernel's log is closed",
         command,
         a_host(false),
         {Outcome::oom,
          "Taken to be for want of memory, as the kernel's log is not readable here: " + killed +
              "; " + kReason}},
        {"compiler",
         compiler,
         a_host(true),
         {Outcome::oom, "cc1plus: out of memory allocating 65536 bytes; " + kReason}},
    });
    CHECK(
        mock_ending(137, {}, a_host(true, {}, "Out of memory: Killed process 7 (mock)")).outcome ==
        Outcome::oom);
    CHECK(mock_ending(0, {}, a_host(true, {}, "Out of memory: x", 1)).outcome == Outcome::ok);
}

TEST_CASE("a disk without space is told even where the logs could not be written") {
    HostEvidence host;
    host.disk_exhausted = true;
    CHECK(mock_ending(1, rpmbuild_failed(), host).outcome == Outcome::disk_full);
    CHECK(mock_ending(1, {}, host).outcome == Outcome::disk_full);
    LogFacts repeated = rpmbuild_failed();
    repeated.lines[LogSays::mock_disk_full] = "OSError: [Errno 28] No space left on device";
    CHECK(mock_ending(1, repeated).outcome == Outcome::build_failed);
    repeated.step_exit_code = 0;
    CHECK(mock_ending(1, repeated).outcome == Outcome::disk_full);
}

TEST_CASE("time and silence are the package's only while rpmbuild runs") {
    LogFacts running;
    running.step_running = true;
    running.last_line = "+ sleep 654";
    using std::chrono::minutes;
    CHECK(stopped_ending(Stop::stalled, minutes(30), running) ==
          Ending{Outcome::stalled,
                 "No output and no CPU use for 30 minutes; last line: + sleep 654"});
    CHECK(stopped_ending(Stop::out_of_time, minutes(285), running).outcome == Outcome::timeout);
    CHECK(stopped_ending(Stop::stalled, minutes(30), {}).outcome == Outcome::infra_aborted);
    CHECK(stopped_ending(Stop::out_of_time, minutes(30), {}).outcome == Outcome::infra_aborted);
    CHECK(stopped_ending(Stop::cancelled, {}, running).outcome == Outcome::infra_aborted);
    CHECK(stopped_ending(Stop::out_of_disk, {}, running).outcome == Outcome::disk_full);
}

TEST_CASE("what mock says of a run does not count once the worker has stopped it") {
    HostEvidence host;
    host.oom_kills = 1;
    for (const Stop why : {Stop::cancelled, Stop::out_of_time, Stop::out_of_disk, Stop::stalled}) {
        const Duration limit = std::chrono::minutes(30);
        CHECK(run_ending(why, limit, 0, {}, {}) == stopped_ending(why, limit, {}));
        CHECK(run_ending(why, limit, 137, rpmbuild_failed(137), host) ==
              stopped_ending(why, limit, rpmbuild_failed(137)));
    }
    CHECK(run_ending(Stop::none, {}, 0, {}, {}).outcome == Outcome::ok);
    CHECK(run_ending(Stop::none, {}, 1, rpmbuild_failed(), host) ==
          mock_ending(1, rpmbuild_failed(), host));
}

TEST_CASE("a build is tried again on disk only if it was its tmpfs that was full") {
    struct Row {
        const char* what;
        Stop stop;
        int exit_code;
        LogFacts facts;
        bool host_is_full;
        bool was_full;
    };
    const LogFacts disk_full = with(rpmbuild_failed(), [](LogFacts& f) {
        f.lines[LogSays::disk_full] = "cp: error writing 'a': No space left on device";
    });
    const std::vector<Row> rows = {
        {"rpmbuild says so", Stop::none, 1, disk_full, false, true},
        {"dnf says so", Stop::none, 30, disk_full, false, true},
        {"the root cache could not be unpacked", Stop::none, 2, {}, false, true},
        {"the host's disk is full", Stop::none, 1, disk_full, true, false},
        {"the host's disk is full, of the root cache", Stop::none, 2, {}, true, false},
        {"the worker ended it for want of disk", Stop::out_of_disk, 143, disk_full, false, false},
        {"cancelled while unpacking", Stop::cancelled, 2, {}, false, false},
        {"the package failed", Stop::none, 1, rpmbuild_failed(), false, false},
        {"mock failed", Stop::none, 20, {}, false, false},
        {"success", Stop::none, 0, {}, false, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        HostEvidence host;
        host.disk_exhausted = row.host_is_full;
        const Outcome outcome = run_ending(row.stop, {}, row.exit_code, row.facts, host).outcome;
        CHECK(tmpfs_was_full(row.stop, row.exit_code, outcome, host) == row.was_full);
    }
}

TEST_CASE("the evidence says what an operator can act on") {
    LogFacts facts = rpmbuild_failed();
    facts.lines[LogSays::tool_error] = "a.c:1:25: error: 'x' undeclared";
    CHECK(mock_ending(1, facts).evidence ==
          "a.c:1:25: error: 'x' undeclared; Bad exit status from /var/tmp/rpm-tmp.x (%build)");
    LogFacts missing;
    missing.build_phase_started = true;
    missing.missing = {"a-devel", "zlib-devel >= 99"};
    missing.missing_line = "No matching package to install: 'a-devel'";
    CHECK(mock_ending(30, missing).evidence ==
          "Nothing in the seed provides a-devel, zlib-devel >= 99: "
          "No matching package to install: 'a-devel'");
    CHECK(mock_ending(143, {}).evidence == "mock was ended by signal 15 (SIGTERM).");
    CHECK(mock_ending(138, {}).evidence == "mock was ended by signal 10.");
    LogFacts locked;
    locked.mock_error = "Build root is locked by another process.";
    CHECK(mock_ending(60, locked).evidence ==
          "The build root is in use by another mock: Build root is locked by another process.");
}

}  // namespace
}  // namespace terrace::worker
