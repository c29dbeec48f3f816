#include "scheduler/core/host_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/vocab/names.hpp"
#include "scheduler/core/retry.hpp"

namespace terrace::core {
namespace {

/// What an operator reads, and far more than any threshold counts.
constexpr std::size_t kRunLength = 50;
constexpr std::size_t kSentenceBytes = 300;

std::string list_of_packages(const std::vector<HostFailure>& run) {
    constexpr std::size_t kShown = 5;
    std::vector<std::string> names;
    for (const HostFailure& failure : run) {
        if (std::ranges::find(names, failure.package) == names.end())
            names.push_back(failure.package);
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        list += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kShown) list += fmt::format(" and {} more", names.size() - kShown);
    return list;
}

}  // namespace

FailureKind kind_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::infra_aborted:
        case Outcome::disk_full: return FailureKind::infra;
        case Outcome::build_failed:
        case Outcome::check_failed:
        case Outcome::uninstallable:
        case Outcome::bad_srpm:
        case Outcome::timeout:
        case Outcome::stalled: return FailureKind::package;
        case Outcome::ok:
        case Outcome::oom:
        case Outcome::isa_mismatch:
        case Outcome::cancelled: return FailureKind::neither;
    }
    return FailureKind::neither;
}

RunCount count(const std::vector<HostFailure>& run) {
    RunCount counted;
    std::optional<TimePoint> incident_ended;
    std::set<std::string> infra;
    std::set<std::string> packages;
    std::set<std::string> confirmed;
    for (const HostFailure& failure : run) {
        if (kind_of(failure.outcome) == FailureKind::package) {
            packages.insert(failure.package);
            if (!failure.built_by.empty()) confirmed.insert(failure.package);
            continue;
        }
        const bool same_incident = incident_ended && failure.started_at < *incident_ended;
        if (same_incident || !infra.insert(failure.package).second) continue;
        incident_ended = failure.ended_at;
        ++counted.incidents;
    }
    counted.packages = static_cast<int>(packages.size());
    counted.confirmed = static_cast<int>(confirmed.size());
    return counted;
}

void add_failure(WorkerHealth& health, HostFailure failure) {
    if (std::ranges::find(health.run, failure.attempt, &HostFailure::attempt) != health.run.end())
        return;
    health.run.push_back(std::move(failure));
    if (health.run.size() > kRunLength) health.run.erase(health.run.begin());
}

bool withdraw(WorkerHealth& health, BuildId build, FailureKind kind) {
    const auto erased = std::erase_if(health.run, [&](const HostFailure& failure) {
        return failure.build == build && kind_of(failure.outcome) == kind;
    });
    if (erased > 0 && kind == FailureKind::package && count(health.run).confirmed == 0) {
        std::erase_if(health.run, [](const HostFailure& failure) {
            return kind_of(failure.outcome) == FailureKind::package;
        });
    }
    if (health.run.empty()) health.others_built = false;
    return erased > 0;
}

bool confirm(WorkerHealth& health, const HostFailure& failure) {
    const auto known = std::ranges::find(health.run, failure.attempt, &HostFailure::attempt);
    if (known == health.run.end()) {
        if (health.run_ended_at && failure.ended_at <= *health.run_ended_at) return false;
        add_failure(health, failure);
        return true;
    }
    if (!known->built_by.empty()) return false;
    known->built_by = failure.built_by;
    return true;
}

bool end_run(WorkerHealth& health, TimePoint now) {
    if (health.run.empty()) return false;
    health.run.clear();
    health.others_built = false;
    health.run_ended_at = now;
    return true;
}

bool is_suspected(const HealthPolicy& policy, const WorkerHealth& health) {
    return count(health.run).any() >= policy.suspect_after;
}

std::optional<std::string> why_quarantine(const HealthPolicy& policy, const WorkerHealth& health) {
    if (!health.others_built) return std::nullopt;
    const RunCount counted = count(health.run);
    const std::string which = list_of_packages(health.run);
    if (counted.suspicious() >= policy.quarantine_after) {
        return fmt::format(
            "It had {} failures in a row that others do not have, while they built: {}.",
            counted.suspicious(), which);
    }
    if (counted.any() >= policy.quarantine_after_any)
        return fmt::format(
            "All that it was given failed, {} times in a row, while others built: {}.",
            counted.any(), which);
    return std::nullopt;
}

Duration probe_delay(const HealthPolicy& policy, int back_offs) {
    return doubled(policy.probe_delay_min, back_offs, policy.probe_delay_max);
}

int workers_failed(const std::vector<FailedTry>& tries, FailureKind kind) {
    std::set<WorkerId> workers;
    for (const FailedTry& tried : tries) {
        if (!tried.probe && kind_of(tried.outcome) == kind) workers.insert(tried.worker);
    }
    return static_cast<int>(workers.size());
}

int tries_of_its_own(const std::vector<FailedTry>& tries) {
    return static_cast<int>(
        std::ranges::count_if(tries, [](const FailedTry& tried) { return !tried.probe; }));
}

std::string shortened(const std::string& evidence) {
    if (evidence.size() <= kSentenceBytes) return evidence;
    std::size_t end = kSentenceBytes;
    // Not in the middle of a UTF-8 sequence.
    while (end > 0 && (static_cast<unsigned char>(evidence[end]) & 0xC0U) == 0x80U) --end;
    return evidence.substr(0, end) + " ...";
}

}  // namespace terrace::core
