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
         with(nothing, [](LogFacts& f) { f.mock_error = "Cannot find/open srpm: a.src.rpm."; }),
         Outcome::bad_srpm},
        {"disk full while building", 1,
         with(rpmbuild_failed(), [](LogFacts& f) { f.disk_full = true; }), Outcome::disk_full},
        {"the kernel killed the compiler", 1,
         with(rpmbuild_failed(), [](LogFacts& f) { f.out_of_memory = true; }), Outcome::oom},
        {"root cache", 2, nothing, Outcome::infra_aborted},
        {"configuration", 3, nothing, Outcome::infra_aborted},
        {"option", 5, nothing, Outcome::infra_aborted},
        {"rpmbuild's time-out", 11, nothing, Outcome::timeout},
        {"a missing BuildRequires", 30, with(ready, [](LogFacts& f) { f.missing = {"a-devel"}; }),
         Outcome::uninstallable},
        {"conflicting BuildRequires", 30,
         with(ready, [](LogFacts& f) { f.dnf_error = "package a conflicts with b"; }),
         Outcome::uninstallable},
        {"dnf was killed", 30, ready, Outcome::infra_aborted},
        {"make was killed", 1, with(rpmbuild_failed(), [](LogFacts& f) { f.killed = true; }),
         Outcome::infra_aborted},
        {"the build root itself", 30, with(nothing, [](LogFacts& f) { f.missing = {"gcc"}; }),
         Outcome::infra_aborted},
        {"the mirror is away", 30, with(ready, [](LogFacts& f) { f.download_failed = true; }),
         Outcome::infra_aborted},
        {"disk full in dnf", 30, with(ready, [](LogFacts& f) { f.disk_full = true; }),
         Outcome::disk_full},
        {"payload", 40, ready, Outcome::bad_srpm},
        {"nspawn without D-Bus", 40, with(ready, [](LogFacts& f) { f.container_failed = true; }),
         Outcome::infra_aborted},
        {"no SRPM given", 50, nothing, Outcome::infra_aborted},
        {"locked", 60, nothing, Outcome::infra_aborted},
        {"result directory", 70, nothing, Outcome::infra_aborted},
        {"unknown", 99, nothing, Outcome::infra_aborted},
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

TEST_CASE("the evidence says what an operator can act on") {
    LogFacts facts = rpmbuild_failed();
    facts.tool_error = "a.c:1:25: error: 'x' undeclared";
    CHECK(mock_ending(1, facts).evidence ==
          "a.c:1:25: error: 'x' undeclared; Bad exit status from /var/tmp/rpm-tmp.x (%build)");
    LogFacts missing;
    missing.build_phase_started = true;
    missing.missing = {"a-devel", "zlib-devel >= 99"};
    CHECK(mock_ending(30, missing).evidence ==
          "Nothing in the seed provides a-devel, zlib-devel >= 99.");
    CHECK(mock_ending(143, {}).evidence == "mock was ended by signal 15.");
    LogFacts locked;
    locked.mock_error = "Build root is locked by another process.";
    CHECK(mock_ending(60, locked).evidence ==
          "The build root is in use by another mock: Build root is locked by another process.");
}

}  // namespace
}  // namespace terrace::worker
