#include "tests/sim/app/terrace_policy.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <variant>

#include "common/vocab/check.hpp"
#include "common/vocab/names.hpp"

namespace terrace::sim {
namespace {

constexpr TimePoint kStart{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
/// Workers here never go silent, so no lease has to be renewed.
constexpr Duration kForever = std::chrono::hours(24 * 365 * 100);
/// How often free slots ask again while something may be in back-off, as a long poll's end does.
constexpr Duration kAskAgain = std::chrono::seconds(10);
constexpr std::int64_t kMib = 1 << 20;

/// The variants of a rebuild, lowest first: rebuilds of one set of variants are of one release.
using Variants = std::map<std::pair<Level, std::string>, int>;

Variants variants_of(const Campaign& campaign, int rebuild) {
    Variants variants;
    for (const int index : campaign.rebuilds[static_cast<std::size_t>(rebuild)].builds) {
        const SimBuild& build = campaign.build(index);
        ++variants[{build.run_level, build.variant}];
    }
    return variants;
}

std::string release_name(const Variants& variants) {
    std::string name = "sim";
    for (const auto& [variant, builds] : variants) name += "-" + variant.second;
    return name;
}

core::FarmConfig config_for(const Campaign& campaign) {
    core::FarmConfig config;
    for (std::size_t i = 0; i < campaign.rebuilds.size(); ++i) {
        const Variants variants = variants_of(campaign, static_cast<int>(i));
        core::ReleaseSpec release;
        release.name = release_name(variants);
        release.dist_suffix = "sim";
        release.streams = {"testing"};
        for (const auto& [variant, builds] : variants) {
            core::VariantSpec spec;
            spec.name = spec.mock_config = spec.digest = variant.second;
            spec.target_arch = "x86_64";
            spec.encoding = Encoding::flags;
            spec.target_level = spec.run_level = variant.first;
            release.variants.push_back(std::move(spec));
        }
        config.releases[release.name] = std::move(release);
    }
    config.retry.infra_failures_max = std::numeric_limits<int>::max();
    config.lease_length = kForever;
    config.build_timeout = kForever;
    config.placement.confirm_above = std::numeric_limits<std::int64_t>::max();
    return config;
}

/// What an earlier build of each source took: what every scheduler here knows.
core::Snapshot known_of(const Campaign& campaign) {
    core::Snapshot known;
    for (std::size_t i = 0; i < campaign.rebuilds.size(); ++i) {
        const std::string release = release_name(variants_of(campaign, static_cast<int>(i)));
        for (const int index : campaign.rebuilds[i].builds) {
            const SimBuild& build = campaign.build(index);
            known.build_history[{release, build.source}] =
                core::BuildHistory{release,
                                   build.source,
                                   {std::max<std::int64_t>(build.estimate.count(), 1)},
                                   {std::max<std::int64_t>(build.memory_mib, 1) * kMib},
                                   {}};
        }
    }
    return known;
}

/// Another for each rebuild and package, or the farm would build the second one not again.
std::string digest_of(int rebuild, std::size_t package) {
    const std::string first = std::to_string(rebuild) + "f";
    const std::string last = "f" + std::to_string(package);
    return first + std::string(64 - first.size() - last.size(), '0') + last;
}

/// Each release has a seed of its own; nobody reads it.
Digest seed_of(const std::string& release) {
    return Digest{"seed-of-" + release};
}

AttemptReport report_of(const LeaseGrant& lease, const Ended& attempt, const SimBuild& build) {
    AttemptReport report;
    report.fence = lease.fence;
    report.wall_ms = attempt.ran.count();
    report.memory_peak_bytes = build.memory_mib * kMib;
    if (!attempt.ok) {
        report.outcome = Outcome::infra_aborted;
        report.evidence = "The machine failed.";
        return report;
    }
    report.outcome = Outcome::ok;
    RpmFile rpm;
    rpm.nevra = {build.source, 0, "1", "1", build.noarch ? "noarch" : "x86_64"};
    rpm.filename = build.source + "-1-1." + rpm.nevra.arch + ".rpm";
    rpm.digest = lease.build->srpm_digest;
    rpm.size = 1;
    report.rpms = {rpm};
    return report;
}

}  // namespace

TerracePolicy::TerracePolicy(const Campaign& campaign, const Fleet& fleet)
    : campaign_(campaign),
      fleet_(fleet),
      config_(config_for(campaign)),
      store_(known_of(campaign)),
      engine_(config_, store_, composer_, resolver_, [this](engine::Command command) {
          posted_.push_back(std::move(command));
      }) {
    for (std::size_t i = 0; i < fleet.machines.size(); ++i) register_machine(static_cast<int>(i));
    for (const auto& [name, release] : config_.releases)
        must_send(core::AddSeed{name, seed_of(name), {}}, Duration(0));
}

std::vector<Result<core::Reply>> TerracePolicy::send(std::vector<core::Event> events,
                                                     Duration now) {
    std::vector<Result<core::Reply>> replies;
    std::vector<engine::Command> batch;
    for (core::Event& event : events) {
        batch.push_back({std::move(event), [&replies](const Result<core::Reply>& reply) {
                             replies.push_back(reply);
                         }});
    }
    engine_.run_batch(std::move(batch), kStart + now);
    while (!posted_.empty()) engine_.run_batch(std::exchange(posted_, {}), kStart + now);
    return replies;
}

core::Reply TerracePolicy::must_send(core::Event event, Duration now) {
    Result<core::Reply> reply = send({std::move(event)}, now).front();
    if (!reply) throw std::runtime_error("The farm refuses: " + reply.error().message);
    return *reply;
}

void TerracePolicy::register_machine(int machine) {
    const Machine& from = fleet_.machines[static_cast<std::size_t>(machine)];
    WorkerHello hello;
    hello.name = hello.incarnation = hello.host = "machine-" + std::to_string(machine + 1);
    hello.slots = from.slots;
    hello.level_max = from.level;
    hello.leaves = {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0ULL};  // the CPU can do all; level_max decides
    hello.cores = from.cores;
    hello.memory_bytes = from.memory_mib * kMib;
    hello.disk_bytes_free = from.disk_mib * kMib;
    const auto made =
        std::get<core::Registered>(must_send(core::RegisterWorker{std::move(hello)}, Duration(0)));
    TERRACE_CHECK(made.level == from.level);
    workers_.push_back(made.worker);
}

void TerracePolicy::submit(int rebuild, Duration now) {
    const SimRebuild& wanted = campaign_.rebuilds[static_cast<std::size_t>(rebuild)];
    const std::string release = release_name(variants_of(campaign_, rebuild));
    std::map<std::string, core::SourcePackage> packages;
    for (const int index : wanted.builds) {
        const SimBuild& build = campaign_.build(index);
        core::SourcePackage& package = packages[build.source];
        if (package.name.empty()) {
            package.name = build.source;
            package.version = package.release = "1";
            package.srpm_name = build.source + "-1-1.src.rpm";
            package.srpm_digest.hex = digest_of(rebuild, packages.size());
            package.srpm_size = 1;
            package.noarch = build.noarch;
        }
        build_by_order_[{package.srpm_digest.hex, build.variant}] = index;
    }
    core::ImportPackageSet import{release, {}};
    for (auto& [name, package] : packages) import.packages.push_back(std::move(package));
    const auto made = std::get<core::MadePackageSet>(must_send(std::move(import), now));
    must_send(dependencies_of(rebuild, made.id), now);
    core::SubmitRebuild request;
    request.release = release;
    request.mode = wanted.mode;
    request.priority = wanted.priority_class;
    must_send(std::move(request), now);
}

core::DependenciesResolved TerracePolicy::dependencies_of(int rebuild, PackageSetId set) const {
    core::DependenciesResolved resolved;
    resolved.package_set = set;
    resolved.seed = seed_of(release_name(variants_of(campaign_, rebuild)));
    std::map<std::string, SourcePackageId> ids;
    for (const core::SourcePackage& package : engine_.farm().packages_of(set))
        ids[package.name] = package.id;
    std::map<SourcePackageId, std::set<SourcePackageId>> needs;
    for (const int index : campaign_.rebuilds[static_cast<std::size_t>(rebuild)].builds) {
        const SimBuild& build = campaign_.build(index);
        for (const int need : build.needs)
            needs[ids.at(build.source)].insert(ids.at(campaign_.build(need).source));
    }
    for (const auto& [name, id] : ids) {
        core::SourceDependencies row;
        row.source_package = id;
        row.seed = resolved.seed;
        row.needs.assign(needs[id].begin(), needs[id].end());
        row.buildroot_packages = 1;
        resolved.rows.push_back(std::move(row));
    }
    return resolved;
}

void TerracePolicy::ended(const Ended& attempt, Duration now) {
    const auto lease = running_.find(attempt.slot);
    TERRACE_CHECK(lease != running_.end());
    must_send(core::ReportAttempt{lease->second.attempt, report_of(lease->second, attempt,
                                                                   campaign_.build(attempt.build))},
              now);
    running_.erase(lease);
    refused_.erase(attempt.slot);
    if (!attempt.ok) retry_at_ = now + config_.retry.delay_max;
}

core::RequestLease TerracePolicy::request_for(int slot) const {
    const Slot& of = fleet_.slots[static_cast<std::size_t>(slot)];
    return {workers_[static_cast<std::size_t>(of.machine)],
            "machine-" + std::to_string(of.machine + 1), of.number};
}

std::vector<Start> TerracePolicy::dispatch(const std::vector<int>& free_slots, Duration now) {
    // As the API's work signal does it: who got nothing asks again when there is news.
    if (retry_at_) refused_.clear();
    if (retry_at_ && *retry_at_ < now) retry_at_.reset();
    std::vector<int> asking;
    std::vector<core::Event> requests;
    for (const int slot : free_slots) {
        const auto refused = refused_.find(slot);
        if (refused != refused_.end() && refused->second == engine_.work_news()) continue;
        asking.push_back(slot);
        requests.emplace_back(request_for(slot));
    }
    if (asking.empty()) return {};
    std::vector<Start> starts;
    const std::vector<Result<core::Reply>> replies = send(std::move(requests), now);
    for (std::size_t i = 0; i < asking.size(); ++i) {
        if (const auto* lease = std::get_if<LeaseGrant>(&replies[i].value())) {
            const BuildOrder& order = lease->build.value();
            starts.push_back(
                {build_by_order_.at({order.srpm_digest.hex, order.mock_config}), asking[i]});
            running_[asking[i]] = *lease;
        } else {
            refused_[asking[i]] = engine_.work_news();
        }
    }
    return starts;
}

std::optional<Duration> TerracePolicy::wake_at(Duration now) const {
    return retry_at_ ? std::optional(now + kAskAgain) : std::nullopt;
}

}  // namespace terrace::sim
