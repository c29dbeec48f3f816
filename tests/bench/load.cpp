// How long the farm's memory takes to come back from PostgreSQL after a start or a failed commit.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "common/wire/json.hpp"
#include "scheduler/app/embedded_postgres.hpp"
#include "scheduler/store/pg_store.hpp"
#include "tests/bench/bench_farm.hpp"
#include "tests/bench/statistics.hpp"

namespace terrace::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Size {
    int packages = 23'000;
    int builds = 37'000;
    int comparisons = 23'000;
    int rpms = 0;  ///< of each build
};

double seconds_since(Clock::time_point started) {
    return std::chrono::duration<double>(Clock::now() - started).count();
}

core::Build a_build(int number, const Size& size) {
    core::Build build;
    build.id = BuildId{number};
    build.rebuild = RebuildId{1};
    build.source_package = SourcePackageId{(number - 1) % size.packages + 1};
    build.variant = number <= size.packages ? "x86_64" : "x86_64_v3";
    build.identity = std::string(56, 'i') + std::to_string(number);
    build.dist = ".bench.1";
    return build;
}

core::BuildRpm an_rpm(int build, int number) {
    core::BuildRpm rpm;
    rpm.build = BuildId{build};
    rpm.nevra = {"package-" + std::to_string(build) + "-" + std::to_string(number), 0, "1", "1",
                 "x86_64"};
    rpm.filename = rpm.nevra.name + "-1-1.x86_64.rpm";
    rpm.digest = Digest{std::string(64, 'b')};
    rpm.size = 1;
    return rpm;
}

core::Comparison a_comparison(int number) {
    core::Comparison comparison;
    comparison.id = ComparisonId{number};
    comparison.rebuild = RebuildId{1};
    comparison.source_package = SourcePackageId{number};
    comparison.variant = "x86_64_v3";
    comparison.baseline_build = comparison.variant_build = BuildId{number};
    return comparison;
}

std::vector<core::Change> a_big_farm(const Size& size) {
    const core::AddSeed seed = a_seed();
    core::Rebuild rebuild;
    rebuild.id = RebuildId{1};
    rebuild.release = seed.release;
    rebuild.package_set = PackageSetId{1};
    rebuild.seed = seed.id;
    std::vector<core::Change> changes = {core::PackageSet{PackageSetId{1}, seed.release, {}},
                                         core::Seed{seed.id, seed.release, seed.repos, {}},
                                         rebuild};
    int id = 0;
    for (core::SourcePackage& package : some_packages(size.packages).packages) {
        package.id = SourcePackageId{++id};
        package.package_set = PackageSetId{1};
        changes.emplace_back(std::move(package));
    }
    for (int i = 1; i <= size.builds; ++i) {
        changes.emplace_back(a_build(i, size));
        for (int rpm = 1; rpm <= size.rpms; ++rpm) changes.emplace_back(an_rpm(i, rpm));
    }
    for (int i = 1; i <= size.comparisons; ++i) changes.emplace_back(a_comparison(i));
    return changes;
}

int run(const std::string& state, const Size& size) {
    const scheduler::EmbeddedPostgres postgres(state + "/postgres");
    store::PgStore store(postgres.dsn());
    const Clock::time_point written = Clock::now();
    store.commit(a_big_farm(size));
    const double commit_s = seconds_since(written);
    std::vector<double> loads;
    for (int round = 0; round < 3; ++round) {
        const Clock::time_point started = Clock::now();
        const core::Snapshot snapshot = store.load();
        loads.push_back(seconds_since(started));
        if (snapshot.builds.size() != static_cast<std::size_t>(size.builds))
            throw std::runtime_error("The farm that was loaded is not the one that was written.");
    }
    std::printf("%-40s %8.2f s\n", "written in one commit", commit_s);
    std::printf("%-40s %8.2f s\n", "loaded (median of three)", median(loads));
    const wire::json::value line = {
        {"bench", "load"}, {"metrics", {{"load_s", median(loads)}, {"commit_s", commit_s}}}};
    std::printf("%s\n", wire::json::serialize(line).c_str());
    return 0;
}

}  // namespace
}  // namespace terrace::bench

int main(int argc, char** argv) {
    using namespace terrace;
    bench::Size size;
    std::string state;
    CLI::App app("Seconds to load a farm of the size of a distribution from PostgreSQL");
    app.add_option("--packages", size.packages, "Source packages")->capture_default_str();
    app.add_option("--builds", size.builds, "Builds, at most two a package")->capture_default_str();
    app.add_option("--comparisons", size.comparisons, "Comparisons, at most one a package")
        ->capture_default_str();
    app.add_option("--rpms", size.rpms, "RPMs of each build")->capture_default_str();
    app.add_option("--state", state, "A directory for everything")->required();
    CLI11_PARSE(app, argc, argv);
    try {
        return bench::run(state, size);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_load: %s\n", e.what());
        return 1;
    }
}
