// Leases and finishes per second: the engine on a real PostgreSQL with synchronous commit, against
// the same engine on a store that keeps nothing. The ratio is what durability costs.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/wire/json.hpp"
#include "scheduler/app/embedded_postgres.hpp"
#include "scheduler/engine/engine.hpp"
#include "scheduler/store/pg_store.hpp"

namespace terrace {
namespace {

class NullStore final : public engine::Store {
public:
    core::Snapshot load() override { return {}; }
    void commit(const std::vector<core::Change>&) override {}
};

class NullComposer final : public engine::Composer {
public:
    void start(core::RunCompose, Ended) override {}
};

struct Size {
    int packages = 2000;
    int slots = 64;
};

core::FarmConfig bench_config() {
    core::ReleaseSpec release;
    release.name = "bench";
    release.dist_suffix = "bench";
    release.streams = {"testing"};
    release.variants = {{.name = "x86_64",
                         .target_arch = "x86_64",
                         .target_level = Level::x86_64,
                         .run_level = Level::x86_64,
                         .mock_config = "bench",
                         .defines = {},
                         .digest = "b"}};
    core::FarmConfig config;
    config.releases["bench"] = release;
    return config;
}

/// Drives an engine as its thread would, one batch at a time.
class Driver {
public:
    Driver(const core::FarmConfig& config, engine::Store& store)
        : engine_(config, store, composer_, [](engine::Command) {}) {}

    std::vector<core::Reply> send(const std::vector<core::Event>& events) {
        std::vector<core::Reply> replies;
        std::vector<engine::Command> batch;
        for (const core::Event& event : events) {
            batch.push_back({event, [&replies](const Result<core::Reply>& reply) {
                                 replies.push_back(reply.value());
                             }});
        }
        now_ += Duration(1);
        engine_.run_batch(std::move(batch), now_);
        return replies;
    }

private:
    NullComposer composer_;
    engine::Engine engine_;
    TimePoint now_{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
};

core::ImportPackageSet packages(int count) {
    core::ImportPackageSet import;
    import.release = "bench";
    for (int i = 0; i < count; ++i) {
        core::SourcePackage package;
        package.name = "package-" + std::to_string(i);
        package.version = package.release = "1";
        package.srpm_name = package.name + "-1-1.src.rpm";
        const std::string number = std::to_string(i);
        package.srpm_digest.hex = std::string(64 - number.size(), '0') + number;
        package.srpm_size = 1;
        import.packages.push_back(std::move(package));
    }
    return import;
}

core::ReportAttempt finished(const LeaseGrant& lease) {
    core::ReportAttempt report{lease.attempt, {}};
    report.report.fence = lease.fence;
    report.report.outcome = Outcome::ok;
    RpmFile rpm;
    rpm.nevra = {lease.build->package, 0, "1", "1", "x86_64"};
    rpm.filename = lease.build->package + "-1-1.x86_64.rpm";
    rpm.digest = lease.build->srpm_digest;
    rpm.size = 1;
    report.report.rpms = {rpm};
    return report;
}

/// Lease-and-finish cycles per second.
double cycles_per_second(engine::Store& store, const Size& size) {
    const core::FarmConfig config = bench_config();
    Driver driver(config, store);
    WorkerHello hello;
    hello.name = hello.incarnation = hello.host = "bench";
    hello.slots = size.slots;
    hello.leaves = {~0U, ~0U, ~0U, ~0U, ~0U, ~0ULL};
    core::AddSeed seed{"bench", Digest{std::string(64, 'd')}, {}};
    driver.send({packages(size.packages), seed, core::RegisterWorker{hello}});
    core::SubmitRebuild submit;
    submit.release = "bench";
    driver.send({submit});

    const auto started = std::chrono::steady_clock::now();
    int done = 0;
    while (true) {
        std::vector<core::Event> requests;
        for (int slot = 0; slot < size.slots; ++slot)
            requests.emplace_back(core::RequestLease{WorkerId{1}, "bench", slot});
        std::vector<core::Event> reports;
        for (const core::Reply& reply : driver.send(requests)) {
            if (const auto* lease = std::get_if<LeaseGrant>(&reply))
                reports.emplace_back(finished(*lease));
        }
        if (reports.empty()) break;
        driver.send(reports);
        done += static_cast<int>(reports.size());
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    return done / seconds.count();
}

}  // namespace
}  // namespace terrace

int main(int argc, char** argv) {
    using namespace terrace;
    Size size;
    std::string directory;
    CLI::App app("Lease-and-finish cycles per second, durable against in memory");
    app.add_option("--packages", size.packages, "Builds to lease and finish")
        ->capture_default_str();
    app.add_option("--slots", size.slots, "Slots that ask at once: events in one batch")
        ->capture_default_str();
    app.add_option("--state", directory, "Where PostgreSQL keeps its files")->required();
    CLI11_PARSE(app, argc, argv);
    try {
        const scheduler::EmbeddedPostgres postgres(directory);
        store::PgStore durable(postgres.dsn());
        const double on_disk = cycles_per_second(durable, size);
        NullStore nowhere;
        const double in_memory = cycles_per_second(nowhere, size);
        std::printf("%-34s %12s\n", "store", "cycles/s");
        std::printf("%-34s %12.0f\n", "PostgreSQL, synchronous commit", on_disk);
        std::printf("%-34s %12.0f\n", "none", in_memory);
        const wire::json::value line = {{"bench", "dispatch"},
                                        {"metrics",
                                         {{"cycles_per_s", on_disk},
                                          {"cycles_per_s_in_memory", in_memory},
                                          {"ratio_durable", on_disk / in_memory}}}};
        std::printf("%s\n", wire::json::serialize(line).c_str());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_dispatch: %s\n", e.what());
        return 1;
    }
    return 0;
}
