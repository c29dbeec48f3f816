#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "scheduler/engine/ports.hpp"
#include "tests/sim/sim_random.hpp"

namespace terrace::sim {

/// Resolves in memory: package n needs the two before it, and the first two need each other. It
/// takes its time, fails at times, and is forgotten when the scheduler dies.
class SimResolver final : public engine::Resolver {
public:
    explicit SimResolver(SimRandom& random) : random_(random) {}

    void start(core::ResolveDependencies order,
               std::vector<core::SourcePackage> packages,
               Ended ended) override {
        running_.push_back({std::move(order), std::move(packages), std::move(ended)});
    }

    /// Ends what runs, if there is anything.
    void step(bool faulty) {
        for (Running& one : std::exchange(running_, {})) {
            core::DependenciesResolved resolved;
            resolved.package_set = one.order.package_set;
            resolved.seed = one.order.seed.id;
            if (faulty && random_.percent(20)) {
                resolved.error = "the seed's repo is away";
            } else {
                resolved.rows = rows_of(one);
            }
            one.ended(std::move(resolved));
        }
    }
    void crash() { running_.clear(); }

private:
    struct Running {
        core::ResolveDependencies order;
        std::vector<core::SourcePackage> packages;
        Ended ended;
    };

    static std::vector<core::SourceDependencies> rows_of(const Running& one) {
        std::vector<core::SourceDependencies> rows;
        for (std::size_t i = 0; i < one.packages.size(); ++i) {
            core::SourceDependencies row;
            row.source_package = one.packages[i].id;
            row.seed = one.order.seed.id;
            row.buildroot_packages = 200;
            for (std::size_t back = std::min<std::size_t>(i, 2); back > 0; --back)
                row.needs.push_back(one.packages[i - back].id);
            if (i == 0 && one.packages.size() > 1) row.needs.push_back(one.packages[1].id);
            if (i > 2) {
                row.code_needs = {one.packages[i - 1].id};
                row.code_reasons = {"links its static library"};
            }
            rows.push_back(std::move(row));
        }
        return rows;
    }

    SimRandom& random_;
    std::vector<Running> running_;
};

}  // namespace terrace::sim
