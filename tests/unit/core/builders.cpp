#include "tests/unit/core/builders.hpp"

#include <cmath>
#include <stdexcept>

namespace terrace::core::testing {

FarmConfig a_config() {
    ReleaseSpec release;
    release.name = "mini-1";
    release.dist_suffix = "mini1";
    release.variants = {{.name = "x86_64",
                         .target_arch = "x86_64",
                         .target_level = Level::x86_64,
                         .run_level = Level::x86_64,
                         .mock_config = "mini-1-x86_64",
                         .defines = {},
                         .digest = "b"},
                        {.name = "x86_64_v3",
                         .target_arch = "x86_64_v3",
                         .target_level = Level::x86_64_v3,
                         .run_level = Level::x86_64_v3,
                         .mock_config = "mini-1-x86_64_v3",
                         .defines = {},
                         .digest = "v"}};
    release.streams = {"testing", "stable"};
    release.gate.aa_share = 0;  // tests of it say otherwise
    FarmConfig config;
    config.releases["mini-1"] = release;
    config.benchmarks["fast"] = {.package = "fast",
                                 .install = {"fast"},
                                 .corpus = "",
                                 .benchmarks = {{.name = "speed", .command = "fast"}}};
    return config;
}

SourcePackage a_package(const std::string& name) {
    SourcePackage package;
    package.name = name;
    package.version = "1";
    package.release = "1";
    package.srpm_name = name + "-1-1.src.rpm";
    package.srpm_digest.hex = std::string(64 - name.size(), '0') + name;
    package.srpm_size = 10;
    return package;
}

WorkerHello a_worker(const std::string& name, Level level, const std::string& host) {
    WorkerHello hello;
    hello.name = name;
    hello.incarnation = name + "/1";
    hello.host = host;
    hello.level_max = level;
    hello.leaves = {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0ULL};
    return hello;
}

RpmFile an_rpm(const std::string& name, const std::string& evr_release, const std::string& arch) {
    RpmFile rpm;
    rpm.nevra = {name, 0, "1", evr_release, arch};
    rpm.filename = name + "-1-" + evr_release + "." + arch + ".rpm";
    rpm.digest.hex = std::string(64, 'e');
    rpm.size = 100;
    rpm.debug = name.ends_with("-debuginfo");
    return rpm;
}

AttemptReport an_ok_report(const LeaseGrant& lease, char code) {
    AttemptReport report;
    report.outcome = Outcome::ok;
    if (lease.build) {
        report.rpms = {
            an_rpm(lease.build->package, "1" + lease.build->dist, lease.build->target_arch)};
        report.audit.code_identity.hex = std::string(64, code);
    }
    return report;
}

LookReport a_look(const ComparisonOrder& order, int pairs_done, int pairs, const Shape& shape) {
    LookReport look;
    look.benchmark_digest = order.benchmark_digest;
    look.pairs_done = pairs_done;
    look.pairs = pairs;
    for (const Benchmark& benchmark : order.benchmark.benchmarks) {
        for (int pair = pairs_done; pair < pairs; ++pair) {
            const double shake = std::exp(shape.noise * std::sin(pair * 2.4));
            for (const bool variant : {false, true}) {
                look.samples.push_back({.benchmark = benchmark.name,
                                        .pair = pair,
                                        .variant = variant,
                                        .wall_us = 1'000'000,
                                        .user_us = static_cast<std::int64_t>(
                                            1'000'000 * (variant ? shake / shape.ratio : 1))});
            }
        }
    }
    return look;
}

TestFarm::TestFarm(const std::vector<SourcePackage>& packages, FarmConfig config)
    : config_(std::move(config)), farm_(config_, {}) {
    get<MadePackageSet>(ImportPackageSet{"mini-1", packages});
    get<Done>(AddSeed{"mini-1", Digest{std::string(64, 'd')}, {{"mini", "file:///mini", {}}}});
    resolve({});
}

TestFarm::TestFarm(const TestFarm& before, FarmConfig config)
    : now(before.now),
      config_(std::move(config)),
      farm_(config_, before.state()),
      incarnations_(before.incarnations_) {
    changes = farm_.resume(now).changes;
}

void TestFarm::resolve(const std::map<std::string, std::vector<std::string>>& needs) {
    std::map<std::string, SourcePackageId> ids;
    for (const auto& [id, package] : state().source_packages) ids[package.name] = id;
    DependenciesResolved resolved;
    resolved.package_set = state().package_sets.begin()->first;
    resolved.seed = state().seeds.begin()->first;
    for (const auto& [id, package] : state().source_packages) {
        SourceDependencies row;
        row.source_package = id;
        row.seed = resolved.seed;
        row.buildroot_packages = 200;
        if (const auto listed = needs.find(package.name); listed != needs.end()) {
            for (const std::string& need : listed->second) {
                const bool code = need.starts_with('=');
                row.needs.push_back(ids.at(need.substr(code ? 1 : 0)));
                if (!code) continue;
                row.code_needs.push_back(row.needs.back());
                row.code_reasons.push_back("links its static library");
            }
        }
        resolved.rows.push_back(std::move(row));
    }
    get<Done>(resolved);
}

void TestFarm::restart() {
    const Snapshot snapshot = farm_.state();
    farm_ = Farm(config_, snapshot);
    changes = farm_.resume(now).changes;
}

Result<Reply> TestFarm::apply(const Event& event) {
    Decision decision = farm_.apply(event, now);
    changes = std::move(decision.changes);
    return decision.reply;
}

WorkerId TestFarm::add_worker(const std::string& name,
                              Level level,
                              const std::string& host,
                              const std::string& vendor) {
    WorkerHello hello = a_worker(name, level, host);
    hello.vendor = vendor;
    const WorkerId worker = get<Registered>(RegisterWorker{hello}).worker;
    incarnations_[worker] = hello.incarnation;
    return worker;
}

std::optional<LeaseGrant> TestFarm::lease(WorkerId worker) {
    const Reply reply = apply(RequestLease{worker, incarnations_.at(worker), 0}).value();
    const auto* grant = std::get_if<LeaseGrant>(&reply);
    return grant ? std::optional(*grant) : std::nullopt;
}

Result<Reply> TestFarm::look(const LeaseGrant& lease, LookReport look) {
    look.fence = lease.fence;
    return apply(ReportLook{lease.attempt, std::move(look)});
}

void TestFarm::measure(const LeaseGrant& lease, const Shape& shape) {
    int done = lease.comparison->pairs_done;
    for (std::optional<int> next = lease.comparison->pairs_next; next && *next > done;) {
        const auto answer = look(lease, a_look(*lease.comparison, done, *next, shape));
        done = *next;
        next = std::get<LookAnswer>(answer.value()).pairs_next;
    }
}

Result<Reply> TestFarm::report(const LeaseGrant& lease, AttemptReport report) {
    if (lease.comparison && report.outcome == Outcome::ok) measure(lease, {});
    report.fence = lease.fence;
    return apply(ReportAttempt{lease.attempt, std::move(report)});
}

const Build& TestFarm::build(const std::string& package, const std::string& variant) const {
    const Build* newest = nullptr;
    for (const auto& [id, candidate] : state().builds) {
        const SourcePackage& source = state().source_packages.at(candidate.source_package);
        if (source.name == package && candidate.variant == variant) newest = &candidate;
    }
    if (!newest) throw std::runtime_error("no such build");
    return *newest;
}

const Comparison& TestFarm::comparison(const std::string& package) const {
    const Comparison* newest = nullptr;
    for (const auto& [id, candidate] : state().comparisons) {
        const bool of_package =
            state().source_packages.at(candidate.source_package).name == package;
        if (of_package && candidate.kind == ComparisonKind::ab) newest = &candidate;
    }
    if (!newest) throw std::runtime_error("no such comparison");
    return *newest;
}

}  // namespace terrace::core::testing
