#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/core/farm.hpp"
#include "scheduler/ingest/resolver.hpp"
#include "scheduler/ingest/rpm_md.hpp"
#include "tests/bench/bench_farm.hpp"
#include "tests/sim/app/draw.hpp"
#include "tests/sim/app/workload.hpp"

/// The way from metadata files to a queue of ready builds, step by step.
namespace terrace::bench {

using Clock = std::chrono::steady_clock;

constexpr const char* kVariant = "x86_64_v3";
constexpr std::int64_t kMib = 1 << 20;
constexpr TimePoint kNow{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};

struct Options {
    std::filesystem::path workload;
    std::filesystem::path repos;
    std::filesystem::path cache;
    int threads = 2;
    int rounds = 3;
    int updates = 5000;
    int finishes = 2000;
    bool only_memory = false;
};

inline double ms_since(Clock::time_point started) {
    return std::chrono::duration<double, std::milli>(Clock::now() - started).count();
}

inline double rounded(double value) {
    return std::round(value * 10'000) / 10'000;
}

template <class T>
T value_of(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

inline core::Reply must_apply(core::Farm& farm, const core::Event& event) {
    return value_of(farm.apply(event, kNow).reply);
}

inline core::FarmConfig two_variants() {
    core::FarmConfig config = farm_config();
    core::ReleaseSpec& release = config.releases.begin()->second;
    core::VariantSpec variant = release.variants.front();
    variant.name = variant.mock_config = variant.digest = kVariant;
    variant.target_level = variant.run_level = Level::x86_64_v3;
    release.variants.push_back(variant);
    config.placement.confirm_above = 0;
    return config;
}

/// What the tables know and the metadata does not.
class Overlay {
public:
    Overlay(const std::filesystem::path& directory, const std::string& release) {
        for (const sim::Source& source : sim::read_workload(directory).sources) {
            noarch_[source.name] = source.noarch;
            const auto wall_ms = static_cast<std::int64_t>(source.estimate_s * 1000);
            known_.build_history[{release, source.name}] =
                core::BuildHistory{release,
                                   source.name,
                                   {std::max<std::int64_t>(wall_ms, 1)},
                                   {std::max<std::int64_t>(source.memory_mib, 1) * kMib},
                                   {}};
        }
    }

    const core::Snapshot& known() const { return known_; }

    /// Leaves out what is not built for x86_64; returns how many builds the others have.
    std::int64_t put_on(std::vector<core::SourcePackage>& packages) const {
        std::erase_if(packages,
                      [&](const auto& package) { return !noarch_.contains(package.name); });
        std::int64_t builds = 0;
        for (core::SourcePackage& package : packages) {
            package.noarch = noarch_.at(package.name);
            builds += package.noarch ? 1 : 2;
        }
        return builds;
    }

private:
    std::map<std::string, bool> noarch_;
    core::Snapshot known_;
};

/// Milliseconds of each step from the metadata to the queue, in their order.
struct Steps {
    std::vector<std::pair<std::string, double>> steps;

    double operator[](const std::string& name) const {
        return std::ranges::find(steps, name, [](const auto& step) { return step.first; })->second;
    }
    double total() const {
        double sum = 0;
        for (const auto& [name, ms] : steps) sum += ms;
        return sum;
    }
};

class Planned {
public:
    /// `config` must outlive it.
    Planned(const core::FarmConfig& config, const Overlay& overlay, const Options& options)
        : farm_(config, overlay.known()), release_(config.releases.begin()->first) {
        const Clock::time_point started = Clock::now();
        std::vector<core::SourcePackage> packages =
            value_of(ingest::read_source_packages(options.repos / "source")).packages;
        builds_ = overlay.put_on(packages);
        step("read the source repository", started);
        bring(std::move(packages));
        resolve(options);
        submit();
    }

    core::Farm& farm() { return farm_; }
    const Steps& steps() const { return steps_; }
    std::int64_t builds() const { return builds_; }
    std::int64_t ready() const { return ready_; }
    std::size_t sources() const { return sources_; }
    std::size_t solved() const { return solved_; }
    PackageSetId package_set() const { return set_; }

private:
    void step(const std::string& name, Clock::time_point started) {
        steps_.steps.emplace_back(name, ms_since(started));
    }

    void bring(std::vector<core::SourcePackage> packages) {
        const Clock::time_point started = Clock::now();
        sources_ = packages.size();
        const core::ImportPackageSet import{release_, std::move(packages)};
        set_ = std::get<core::MadePackageSet>(must_apply(farm_, import)).id;
        must_apply(farm_, a_seed());
        step("import the package set, add the seed", started);
    }

    void resolve(const Options& options) {
        Clock::time_point started = Clock::now();
        ingest::ResolveOptions how;
        how.seed = a_seed().id;
        how.repos = {value_of(ingest::find_primary(options.repos / "binary"))};
        how.base = {"bash", "coreutils", "gcc", "rpm-build"};
        how.cache_directory = options.cache;
        how.threads = options.threads;
        ingest::ResolvedSources resolved = value_of(ingest::resolve(farm_.packages_of(set_), how));
        solved_ = resolved.solved;
        step("resolve", started);
        started = Clock::now();
        const core::DependenciesResolved event{set_, how.seed, std::move(resolved.rows), ""};
        must_apply(farm_, event);
        step("take in the dependencies", started);
    }

    void submit() {
        core::SubmitRebuild request = a_rebuild();
        request.mode = Mode::ordered;
        Clock::time_point started = Clock::now();
        request.confirm =
            std::get<RebuildPlan>(must_apply(farm_, core::PlanRebuild{request})).builds;
        step("dry run", started);
        started = Clock::now();
        must_apply(farm_, request);
        step("submit", started);
        for (const auto& [id, build] : farm_.state().builds)
            ready_ += build.state == core::BuildState::ready ? 1 : 0;
        const auto count = static_cast<std::int64_t>(farm_.state().builds.size());
        if (ready_ == 0 || count != builds_ || request.confirm != builds_)
            throw std::runtime_error(fmt::format("{} builds were made and {} are ready, of {}.",
                                                 count, ready_, builds_));
    }

    core::Farm farm_;
    std::string release_;
    Steps steps_;
    PackageSetId set_;
    std::int64_t builds_ = 0;
    std::int64_t ready_ = 0;
    std::size_t sources_ = 0;
    std::size_t solved_ = 0;
};

}  // namespace terrace::bench
