#include "tests/bench/bench_farm.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace terrace::bench {
namespace {

constexpr const char* kRelease = "bench";

/// 64 hexadecimal digits that no other number has.
Digest digest_of(int number) {
    const std::string digits = std::to_string(number);
    return Digest{std::string(64 - digits.size(), '0') + digits};
}

/// Answers by the order of their questions, whoever comes first.
class Answers {
public:
    explicit Answers(std::size_t count) : missing_(count), replies_(count, core::NoLease{}) {}

    void put(std::size_t place, const Result<core::Reply>& reply) {
        const std::lock_guard lock(mutex_);
        if (reply) {
            replies_[place] = *reply;
        } else {
            refusal_ = reply.error().message;
        }
        if (--missing_ == 0) all_there_.notify_one();
    }

    std::vector<core::Reply> wait() {
        std::unique_lock lock(mutex_);
        all_there_.wait(lock, [this] { return missing_ == 0; });
        if (!refusal_.empty()) throw std::runtime_error(refusal_);
        return std::move(replies_);
    }

private:
    std::mutex mutex_;
    std::condition_variable all_there_;
    std::size_t missing_;
    std::vector<core::Reply> replies_;
    std::string refusal_;
};

}  // namespace

core::FarmConfig farm_config() {
    core::VariantSpec variant;
    variant.name = variant.target_arch = "x86_64";
    variant.target_level = variant.run_level = Level::x86_64;
    variant.mock_config = "bench";
    variant.digest = "b";
    core::ReleaseSpec release;
    release.name = kRelease;
    release.dist_suffix = kRelease;
    release.streams = {"testing"};
    release.variants = {variant};
    core::FarmConfig config;
    config.releases[kRelease] = release;
    config.placement.confirm_above = 1'000'000;
    return config;
}

std::string worker_name(int number) {
    return "worker-" + std::to_string(number);
}

core::RegisterWorker a_worker(int number) {
    WorkerHello hello;
    hello.name = hello.incarnation = hello.host = worker_name(number);
    hello.slots = 1;
    hello.leaves = {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, 0xe7};
    return {hello};
}

core::ImportPackageSet some_packages(int count) {
    core::ImportPackageSet import;
    import.release = kRelease;
    for (int i = 1; i <= count; ++i) {
        core::SourcePackage package;
        package.name = "package-" + std::to_string(i);
        package.version = package.release = "1";
        package.srpm_name = package.name + "-1-1.src.rpm";
        package.srpm_digest = digest_of(i);
        package.srpm_size = 1;
        package.build_requires = {"gcc", "make", "pkgconfig(zlib) >= 1.2"};
        import.packages.push_back(std::move(package));
    }
    return import;
}

core::AddSeed a_seed() {
    return {kRelease, Digest{std::string(64, 'd')}, {}};
}

core::SubmitRebuild a_rebuild() {
    core::SubmitRebuild submit;
    submit.release = kRelease;
    return submit;
}

AttemptReport report_on(const LeaseGrant& lease) {
    RpmFile rpm;
    rpm.nevra = {lease.build->package, 0, "1", "1", "x86_64"};
    rpm.filename = lease.build->package + "-1-1.x86_64.rpm";
    rpm.digest = lease.build->srpm_digest;
    rpm.size = 1;
    AttemptReport report;
    report.fence = lease.fence;
    report.outcome = Outcome::ok;
    report.evidence = "Wrote: " + rpm.filename;
    report.wall_ms = 60'000;
    report.cpu_ms = 100'000;
    report.rpms = {rpm};
    return report;
}

std::vector<core::Reply> ask_all(engine::EngineThread& engine, std::vector<core::Event> events) {
    Answers answers(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        engine.post({std::move(events[i]),
                     [&answers, i](const Result<core::Reply>& reply) { answers.put(i, reply); }});
    }
    return answers.wait();
}

void fill_farm(engine::EngineThread& engine, int workers, int builds) {
    std::vector<core::Event> events;
    for (int i = 1; i <= workers; ++i) events.emplace_back(a_worker(i));
    ask_all(engine, std::move(events));
    ask_all(engine, {some_packages(builds), a_seed()});
    ask_all(engine, {a_rebuild()});
}

}  // namespace terrace::bench
