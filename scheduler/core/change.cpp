#include "scheduler/core/change.hpp"

#include <algorithm>
#include <utility>

namespace terrace::core {
namespace {

void put_by_filename(std::vector<BuildRpm>& rows, const BuildRpm& row) {
    const auto found = std::ranges::find(rows, row.filename, &BuildRpm::filename);
    if (found == rows.end()) {
        rows.push_back(row);
    } else {
        *found = row;
    }
}

struct Applier {
    Snapshot& to;

    void operator()(const PackageSet& row) const { to.package_sets[row.id] = row; }
    void operator()(const SourcePackage& row) const { to.source_packages[row.id] = row; }
    void operator()(const Seed& row) const { to.seeds[row.id] = row; }
    void operator()(const SourceDependencies& row) const {
        to.dependencies[{row.seed, row.source_package}] = row;
    }
    void operator()(const BuildHistory& row) const {
        to.build_history[{row.release, row.source}] = row;
    }
    void operator()(const Worker& row) const { to.workers[row.id] = row; }
    void operator()(const WorkerHealth& row) const { to.worker_health[row.worker] = row; }
    void operator()(const Rebuild& row) const { to.rebuilds[row.id] = row; }
    void operator()(const Build& row) const { to.builds[row.id] = row; }
    void operator()(const BuildRpm& row) const { put_by_filename(to.build_rpms[row.build], row); }
    void operator()(const Comparison& row) const {
        to.comparisons[row.id] = row;
        if (is_final(row.state)) to.measured.erase(row.id);
    }
    void operator()(const BuildAudit&) const {}  // the database's alone
    void operator()(const Buildroot&) const {}   // the database's alone
    void operator()(const Attempt& row) const {
        to.last_attempt = std::max(to.last_attempt, row.id);
        to.last_fence = std::max(to.last_fence, row.fence);
        if (row.ended_at) {
            to.attempts.erase(row.id);
        } else {
            to.attempts[row.id] = row;
        }
    }
    void operator()(const Lease& row) const { to.leases[row.attempt] = row; }
    void operator()(const LeaseEnded& row) const { to.leases.erase(row.attempt); }
    void operator()(const Waiver& row) const { to.waivers[row.id] = row; }
    void operator()(const ComparisonLook& row) const {
        if (is_open(row.comparison))
            to.measured[row.comparison].looks[{row.attempt, row.pairs}] = row;
    }
    void operator()(const ComparisonSample& row) const {
        if (!is_open(row.comparison)) return;
        to.measured[row.comparison].samples[{row.attempt, row.benchmark, row.pair, row.variant}] =
            row;
    }
    bool is_open(ComparisonId id) const { return !is_final(to.comparisons.at(id).state); }
    void operator()(const Compose& row) const {
        to.composes[row.id] = row;
        if (row.state == ComposeState::failed) to.compose_packages.erase(row.id);
    }
    void operator()(const ComposePackage& row) const {
        to.compose_packages[row.compose][{row.repo, row.filename}] = row;
    }
    void operator()(const ComposeBuilds& row) const { to.compose_builds[row.compose] = row; }
    void operator()(const StreamMove& row) const { to.stream_moves[row.id] = row; }
    /// Only what is being composed or what a stream points to is needed again.
    void operator()(const Stream& row) const {
        Stream& stream = to.streams[{row.release, row.name}];
        const ComposeId before = std::exchange(stream, row).compose;
        const bool shown = std::ranges::any_of(
            to.streams, [&](const auto& other) { return other.second.compose == before; });
        if (!shown) to.compose_packages.erase(before);
    }
};

}  // namespace

void apply_change(Snapshot& snapshot, const Change& change) {
    std::visit(Applier{snapshot}, change);
}

}  // namespace terrace::core
