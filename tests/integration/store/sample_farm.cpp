#include "tests/integration/store/sample_farm.hpp"

#include <chrono>

namespace terrace::test {

Digest digest_of(char c) {
    return Digest{std::string(64, c)};
}

TimePoint time_at(int seconds) {
    return TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) +
           std::chrono::milliseconds(seconds * 1000 + 7);
}

core::PackageSet a_package_set() {
    return {PackageSetId{1}, "mini-1", time_at(1)};
}

core::SourcePackage a_source_package(int id, const std::string& name) {
    core::SourcePackage row;
    row.id = SourcePackageId{id};
    row.package_set = PackageSetId{1};
    row.name = name;
    row.epoch = 1;
    row.version = "1.2~rc1";
    row.release = "3.mini1";
    row.srpm_name = name + "-1.2~rc1-3.mini1.src.rpm";
    row.srpm_digest = digest_of('a');
    row.srpm_size = 5'000'000'000;
    row.build_requires = {"gcc", "pkgconfig(zlib) >= 1.2", "say \"quote\" \\ {brace},"};
    row.exclusive_arch = {"x86_64"};
    row.dynamic_build_requires = true;
    return row;
}

core::Seed a_seed() {
    return {
        digest_of('5'), "mini-1", {{"base", "file:///srv/seed/os", digest_of('6')}}, time_at(2)};
}

core::Worker a_worker(int id, const std::string& name) {
    core::Worker row;
    row.id = WorkerId{id};
    row.name = name;
    row.hello.name = name;
    row.hello.incarnation = "b1946ac9";
    row.hello.slots = 2;
    row.hello.level_max = Level::x86_64_v3;
    row.hello.leaves.leaf1_ecx = 0xffffffff;
    row.hello.leaves.xcr0 = 0xe7;
    row.hello.features = {"avx", "avx2"};
    row.hello.hypervisor = true;
    row.hello.memory_bytes = std::int64_t{1} << 40;
    row.hello.kernel = "6.1.0 \xc3\xa4";
    row.level = Level::x86_64_v3;
    row.registered_at = time_at(3);
    row.seen_at = time_at(4);
    return row;
}

core::Rebuild a_rebuild() {
    core::Rebuild row;
    row.id = RebuildId{1};
    row.release = "mini-1";
    row.package_set = PackageSetId{1};
    row.seed = digest_of('5');
    row.mode = Mode::ordered;
    row.priority = PriorityClass::background;
    row.share = 2.5;
    row.paused = true;
    row.stream = "testing";
    row.variants = {"x86_64", "x86_64_v3"};
    row.counter = 7;
    row.created_at = time_at(5);
    return row;
}

core::Build a_build(int id, int source_package, const std::string& variant) {
    core::Build row;
    row.id = BuildId{id};
    row.rebuild = RebuildId{1};
    row.source_package = SourcePackageId{source_package};
    row.variant = variant;
    row.identity = "identity-" + std::to_string(id);
    row.dist = ".mini1.7";
    row.state = core::BuildState::ready;
    row.not_before = time_at(6);
    return row;
}

core::BuildRpm a_build_rpm(int build, const std::string& name, std::int64_t size, bool debug) {
    core::BuildRpm row;
    row.build = BuildId{build};
    row.nevra = Nevra{name, 1, "1.2~rc1", "3.mini1", "x86_64"};
    row.filename = name + "-1.2~rc1-3.mini1.x86_64.rpm";
    row.digest = digest_of('b');
    row.size = size;
    row.debug = debug;
    return row;
}

core::Comparison a_comparison() {
    core::Comparison row;
    row.id = ComparisonId{21};
    row.rebuild = RebuildId{1};
    row.source_package = SourcePackageId{1};
    row.variant = "x86_64_v3";
    row.vendor = "GenuineIntel";
    row.baseline_build = BuildId{11};
    row.variant_build = BuildId{12};
    row.state = core::ComparisonState::ready;
    row.attempts = 1;
    row.not_before = time_at(7);
    row.reason = "more samples are needed";
    row.results = {{"inflate", BenchmarkRole::guarded, 20, 1.125, 1.0625, 1.25, 0.5}};
    return row;
}

core::Attempt a_build_attempt(int id, int build) {
    core::Attempt row;
    row.id = AttemptId{id};
    row.build = BuildId{build};
    row.worker = WorkerId{1};
    row.slot = 1;
    row.number = 1;
    row.fence = id + 1000;
    row.started_at = time_at(8);
    return row;
}

core::Lease a_lease_of(const core::Attempt& attempt) {
    core::Lease row;
    row.attempt = attempt.id;
    row.build = attempt.build;
    row.comparison = attempt.comparison;
    row.worker = attempt.worker;
    row.slot = attempt.slot;
    row.number = attempt.number;
    row.incarnation = "b1946ac9";
    row.fence = attempt.fence;
    row.resources = {4, std::int64_t{1} << 33, 1 << 20};
    row.granted_at = time_at(8);
    row.expires_at = time_at(68);
    return row;
}

core::ComparisonSample a_sample(int attempt, int pair, bool variant) {
    core::ComparisonSample row;
    row.attempt = AttemptId{attempt};
    row.benchmark = "inflate";
    row.pair = pair;
    row.variant = variant;
    row.wall_us = 1000 + pair;
    row.user_us = 900;
    row.system_us = 50;
    row.memory_peak_bytes = 1 << 20;
    row.others_us = 7;
    row.comparison = ComparisonId{21};
    return row;
}

core::ComparisonLook a_look(int attempt, int pairs) {
    core::ComparisonLook row;
    row.attempt = AttemptId{attempt};
    row.pairs = pairs;
    row.comparison = ComparisonId{21};
    row.cpu = "GenuineIntel Xeon";
    row.benchmark_digest = digest_of('9');
    row.host = {"performance", "off", "on", 125, 1, 4};
    row.measured_at = time_at(18);
    return row;
}

Waiver a_waiver() {
    Waiver row;
    row.id = WaiverId{51};
    row.release = "mini-1";
    row.package = "zlib";
    row.variant = "x86_64_v3";
    row.stage = GateStage::audit;
    row.author = "ann";
    row.reason = "It is dispatched by its \"own\" means.";
    row.created_at = time_at(50);
    row.expires_at = time_at(500);
    return row;
}

core::Compose a_compose(int id, int rebuild) {
    core::Compose row;
    row.id = ComposeId{id};
    row.release = "mini-1";
    row.rebuild = RebuildId{rebuild};
    row.stream = "testing";
    row.signing = Signing::gnupg;
    row.failures = 2;
    row.not_before = time_at(9);
    row.error = "the disk\nis full";
    row.created_at = time_at(9);
    return row;
}

core::ComposePackage a_compose_package(int compose,
                                       const std::string& repo,
                                       const std::string& name) {
    core::ComposePackage row;
    static_cast<RpmFile&>(row) = a_build_rpm(11, name, 1234, false);
    row.compose = ComposeId{compose};
    row.repo = repo;
    row.source = "zlib";
    row.build = BuildId{11};
    return row;
}

core::Build leased(core::Build row) {
    row.state = core::BuildState::leased;
    ++row.attempts;
    return row;
}

core::Comparison leased(core::Comparison row) {
    row.state = core::ComparisonState::leased;
    ++row.attempts;
    return row;
}

namespace {

void add_builds(std::vector<core::Change>& changes) {
    core::Build built = a_build(11, 1, "x86_64");
    built.state = core::BuildState::succeeded;
    built.attempts = 1;
    built.outcome = Outcome::ok;
    built.evidence = "Wrote: zlib";
    built.code_identity = digest_of('c');
    built.level_used = Level::x86_64_v2;
    built.audit_findings = {"/usr/bin/a: main: vpaddd at 0x10 needs x86_64_v3"};
    built.interfaces = {{"zlib", {"files", "provides"}, {std::int64_t{1} << 59, 7}}};
    built.flags = digest_of('f').hex;
    built.compilers = {"gcc-15.1-1.fc45.x86_64"};
    built.abi =
        core::AbiInterface{{"eigen3-devel"}, {"liba.so.1()(64bit)"}, {"libb.so.1()(64bit)"}};
    built.installed_bytes = std::int64_t{1} << 33;
    built.finished_at = time_at(20);
    core::Build reused = a_build(12, 1, "x86_64_v3");
    reused.state = core::BuildState::succeeded;
    reused.reused_from = built.id;
    reused.finished_at = time_at(21);
    core::Build ready = a_build(13, 2, "x86_64");
    ready.avoid = WorkerId{2};
    ready.excluded_cpus = {"GenuineIntel 6-60-3"};
    ready.memory_bytes_min = std::int64_t{1} << 33;
    ready.from_seed = {"gcc"};
    ready.ready_at = time_at(7);
    changes.insert(changes.end(), {built, reused, ready, leased(ready), a_build(14, 2, "x86_64_v3"),
                                   a_build_rpm(11, "zlib", 100, false),
                                   a_build_rpm(11, "zlib-debuginfo", 1000, true)});
}

void add_attempts(std::vector<core::Change>& changes) {
    core::BuildAudit audit{BuildId{11}, {}};
    AuditFinding leak;
    leak.kind = AuditFindingKind::instruction;
    leak.function = "main";
    leak.address = std::int64_t{1} << 40;
    audit.report.findings = {leak};
    audit.report.objects = {
        {"zlib", "/usr/bin/a", digest_of('a'), Level::x86_64_v3, Level::none, 3, 0}};
    audit.report.interfaces = {{"zlib", {{"provides", 7, {"zlib = 1"}, true}}}};
    core::Attempt ended = a_build_attempt(101, 11);
    ended.ended_at = time_at(20);
    ended.outcome = Outcome::ok;
    ended.evidence = "Wrote: zlib";
    ended.wall_ms = 12'000;
    ended.cpu_ms = 20'000;
    ended.memory_peak_bytes = std::int64_t{1} << 33;
    ended.disk_bytes = std::int64_t{1} << 34;
    ended.bytes_written = std::int64_t{1} << 35;
    const core::Buildroot buildroot{digest_of('b'), {"bash-5.2-1.x86_64", "zlib-1.3-1.x86_64"}};
    ended.buildroot = buildroot.id;
    const core::Attempt building = a_build_attempt(103, 13);
    core::Attempt compared = ended;
    compared.id = AttemptId{102};
    compared.fence = 1102;
    compared.build.reset();
    compared.comparison = ComparisonId{21};
    core::Attempt comparing = a_build_attempt(104, 0);
    comparing.build.reset();
    comparing.comparison = ComparisonId{21};
    comparing.slot = 0;
    comparing.number = 2;
    changes.insert(changes.end(),
                   {audit, buildroot, ended, compared, building, comparing, a_lease_of(building),
                    a_lease_of(comparing), a_look(102, 2), a_sample(102, 0, false),
                    a_sample(102, 0, true), a_look(104, 4), a_sample(104, 2, true)});
}

}  // namespace

core::WorkerHealth a_worker_health() {
    core::WorkerHealth row;
    row.worker = WorkerId{2};
    row.admission = core::Admission::quarantined;
    row.since = time_at(41);
    row.reason = "It had 5 failures in a row that others do not have.";
    row.by_farm = true;
    row.run = {{AttemptId{101}, BuildId{11}, "zlib", Outcome::disk_full, "No space \"left\".",
                time_at(39), time_at(40), "worker-1"},
               {AttemptId{102}, std::nullopt, "xz", Outcome::infra_aborted, "", time_at(39),
                time_at(41), ""}};
    row.others_built = true;
    row.run_ended_at = time_at(38);
    row.back_offs = 3;
    row.probe_at = time_at(641);
    row.probes_passed = 1;
    return row;
}

std::vector<core::Change> a_farm() {
    std::vector<core::Change> changes = {
        a_package_set(), a_source_package(1, "zlib"), a_source_package(2, "xz"),
        a_seed(),        a_worker(1, "worker-1"),     a_worker(2, "worker-2"),
        a_rebuild()};
    changes.push_back(core::SourceDependencies{SourcePackageId{2},
                                               digest_of('5'),
                                               {SourcePackageId{1}},
                                               {SourcePackageId{1}},
                                               {"links libz.a"},
                                               200,
                                               {}});
    changes.push_back(core::BuildHistory{"mini-1", "zlib", {12'000, 11'000}, {1 << 30}, {}});
    add_builds(changes);
    changes.insert(changes.end(), {a_comparison(), leased(a_comparison())});
    add_attempts(changes);
    changes.push_back(a_worker_health());
    changes.push_back(a_waiver());
    core::Compose finished = a_compose(31, 1);
    finished.state = core::ComposeState::finished;
    finished.finished_at = time_at(30);
    changes.insert(changes.end(), {finished, a_compose_package(31, "x86_64/os", "zlib"),
                                   a_compose_package(31, "x86_64_v3/os", "zlib"),
                                   core::ComposeBuilds{ComposeId{31}, {BuildId{11}}},
                                   core::Stream{"mini-1", "testing", ComposeId{31}}});
    core::StreamMove move;
    move.id = StreamMoveId{1};
    move.release = "mini-1";
    move.stream = "testing";
    move.compose = ComposeId{31};
    move.state = core::MoveState::finished;
    move.created_at = time_at(9);
    move.finished_at = time_at(30);
    move.hurt_allowed = true;
    move.client_check = "All clients can follow.";
    changes.emplace_back(move);
    return changes;
}

}  // namespace terrace::test
