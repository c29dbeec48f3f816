// Build roots that are used again, or are in memory: as clean as those that are made anew.
#include "worker/app/build_root.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "common/os/files.hpp"
#include "tests/integration/worker/mini_worker.hpp"

namespace terrace::worker {
namespace {

namespace fs = std::filesystem;

std::map<std::string, Digest> binaries_of(const AttemptReport& report) {
    std::map<std::string, Digest> digests;
    for (const RpmFile& rpm : report.rpms) {
        if (rpm.nevra.arch != "src") digests[rpm.filename] = rpm.digest;
    }
    return digests;
}

/// By the last attempt.
bool was_prepared(MiniWorker& worker) {
    return worker.scheduler.log().find("preparing a build root") != std::string::npos;
}

fs::path prepared_of(const MiniWorker& worker) {
    for (const auto& entry :
         fs::directory_iterator(worker.settings.mock.cache_directory / "prepared" / "test-0")) {
        if (entry.is_directory()) return entry.path();
    }
    return {};
}

AttemptReport build(MiniWorker& worker, const std::string& package) {
    AttemptReport report = worker.run(worker.lease_on(package));
    INFO(worker.scheduler.log());
    CHECK(report.evidence == "");
    REQUIRE(name_of(report.outcome) == "ok");
    return report;
}

TEST_CASE("a root that is used again shows nothing of the build before, and gives the same bytes") {
    if (!has_mini_repo()) return;
    std::map<std::string, Digest> anew;
    {
        MiniWorker worker(RootKind::root_cache);
        anew = binaries_of(build(worker, "finds-nothing"));
        CHECK(anew.size() >= 2);
    }
    MiniWorker worker;
    const AttemptReport left = build(worker, "leaves-things");
    const AttemptReport clean = build(worker, "finds-nothing");
    CHECK(binaries_of(clean) == anew);
    CHECK(left.buildroot_packages.size() > clean.buildroot_packages.size());
    CHECK_FALSE(was_prepared(worker));  // its root is the one that the other build had
    CHECK_FALSE(worker.left_something());
}

TEST_CASE("a prepared root whose packages are not those it was made with is made anew") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    const os::TemporaryDirectory cache;  // in which this root is the only one
    fs::permissions(cache.path(), fs::perms(0755));
    worker.settings.mock.cache_directory = cache.path();
    const auto anew = binaries_of(build(worker, "finds-nothing"));
    const fs::path record = prepared_of(worker).string() + ".packages";
    const std::string recorded = os::read_file(record);
    CHECK(std::ranges::count(recorded, '\n') > 100);
    // As if something had installed one more package into the layer that all builds see.
    os::write_file_atomically(record, recorded.substr(recorded.find('\n') + 1));
    CHECK(binaries_of(build(worker, "finds-nothing")) == anew);
    CHECK(worker.scheduler.log().find("is not as it was made") != std::string::npos);
    CHECK(os::read_file(record) == recorded);
}

TEST_CASE("a root in memory holds no other build's files, and its size is mock's") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    worker.settings.mock.roots = {RootKind::tmpfs, std::int64_t{2} << 30, std::int64_t{1} << 30};
    LeaseGrant lease = worker.lease_on("finds-nothing");
    lease.build->resources.disk_bytes = 100 << 20;
    const AttemptReport report = worker.run(lease);
    CHECK(name_of(report.outcome) == "ok");
    CHECK(report.disk_bytes == 0);  // the farm learns nothing from it
    CHECK_FALSE(worker.left_something());
}

TEST_CASE("a tmpfs that is too small costs time, not the build") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    worker.settings.mock.roots = {RootKind::tmpfs, std::int64_t{300} << 20, std::int64_t{1} << 30};
    LeaseGrant lease = worker.lease_on("ok");
    lease.build->resources.disk_bytes = 100 << 20;
    const AttemptReport report = worker.run(lease);
    INFO(worker.scheduler.log());
    CHECK(name_of(report.outcome) == "ok");
    CHECK(worker.scheduler.log().find("once more, on disk") != std::string::npos);
}

TEST_CASE("an attempt that would fill the disk is refused before anything is fetched") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    sandbox::DiskWatch disk([] { return std::int64_t{3} << 30; }, std::int64_t{1} << 30);
    worker.settings.disk = &disk;
    LeaseGrant lease = worker.lease_on("ok");
    lease.build->resources.disk_bytes = std::int64_t{4} << 30;
    lease.build->srpm_digest = Digest{std::string(64, '0')};  // fetching it would be another error
    const AttemptReport report = worker.run(lease);
    CHECK(name_of(report.outcome) == "disk_full");
    CHECK(report.evidence.starts_with("It needs 4.0 GiB of disk; 3.0 GiB are free"));
}

TEST_CASE("an attempt that fills the disk nevertheless is ended") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache);
    std::atomic<std::int64_t> free = std::int64_t{10} << 30;
    sandbox::DiskWatch disk([&free] { return free.load(); }, std::int64_t{1} << 30);
    worker.settings.disk = &disk;
    worker.runner->start(worker.lease_on("sleeper"));
    for (int i = 0; i < 600 && worker.scheduler.log().find("\nsleeping\n") == std::string::npos;
         ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    free = 1000;
    const auto report = worker.wait_for_report(std::chrono::seconds(60));
    REQUIRE(report);
    CHECK(name_of(report->outcome) == "disk_full");
    CHECK(report->evidence.find("disk_free_min") != std::string::npos);
    CHECK_FALSE(worker.left_something());
}

TEST_CASE("an attempt that fills the disk while its root is prepared is ended as that") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    const os::TemporaryDirectory cache;  // in which no root is prepared yet
    fs::permissions(cache.path(), fs::perms(0755));
    worker.settings.mock.cache_directory = cache.path();
    std::atomic<std::int64_t> free = std::int64_t{10} << 30;
    sandbox::DiskWatch disk([&free] { return free.load(); }, std::int64_t{1} << 30);
    worker.settings.disk = &disk;
    worker.runner->start(worker.lease_on("ok"));
    for (int i = 0; i < 600 && !was_prepared(worker); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    free = 1000;
    const auto report = worker.wait_for_report(std::chrono::seconds(60));
    REQUIRE(report);
    CHECK(name_of(report->outcome) == "disk_full");
    CHECK(report->evidence.find("disk_free_min") != std::string::npos);
    CHECK(prepared_of(worker).empty());
    CHECK_FALSE(worker.left_something());
}

TEST_CASE("a build runs within its limits, in a control group that goes with it") {
    if (!has_mini_repo()) return;
    const std::string name = "terrace-test-attempt-" + std::to_string(::getpid());
    sandbox::CgroupTree cgroups(name);
    if (!cgroups.can_limit("memory")) return;
    MiniWorker worker;
    worker.settings.cgroups = &cgroups;
    LeaseGrant lease = worker.lease_on("ok");
    lease.build->resources = {2, std::int64_t{1} << 30, 0};
    const AttemptReport report = worker.run(lease);
    CHECK(name_of(report.outcome) == "ok");
    CHECK(report.cpu_ms > 0);
    CHECK(report.memory_peak_bytes > 10 << 20);
    CHECK(report.memory_peak_bytes < std::int64_t{1} << 30);
    CHECK(report.bytes_written > 1 << 20);
    CHECK(report.buildroot_packages.size() > 100);

    lease = worker.lease_on("eats-memory");
    lease.build->resources = {1, std::int64_t{1} << 30, 0};
    const AttemptReport eaten = worker.run(lease);
    CHECK_FALSE(eaten.outcome == Outcome::ok);
    CHECK(eaten.memory_peak_bytes == std::int64_t{1} << 30);
}

TEST_CASE("what preparing a root takes is not reported as the build's") {
    if (!has_mini_repo()) return;
    const std::string name = "terrace-test-prepared-" + std::to_string(::getpid());
    sandbox::CgroupTree cgroups(name);
    MiniWorker worker;
    worker.settings.cgroups = &cgroups;
    const os::TemporaryDirectory cache;  // in which no root is prepared yet
    fs::permissions(cache.path(), fs::perms(0755));
    worker.settings.mock.cache_directory = cache.path();
    const AttemptReport preparing = build(worker, "finds-nothing");
    CHECK(was_prepared(worker));
    const AttemptReport prepared = build(worker, "finds-nothing");
    // Preparing takes nine times as much CPU as this build, on whatever host.
    CAPTURE(preparing.cpu_ms);
    CAPTURE(prepared.cpu_ms);
    CHECK(preparing.cpu_ms < 4 * prepared.cpu_ms);
}

TEST_CASE("root caches that nobody used for two weeks go; one that cannot go stops nobody") {
    const os::TemporaryDirectory cache;
    MockSettings settings;
    settings.cache_directory = cache.path();
    remove_old_root_caches(settings);  // there is none yet
    const fs::path roots = cache.path() / "roots";
    fs::create_directories(roots / "old/of it");
    fs::create_directories(roots / "new");
    fs::last_write_time(roots / "old",
                        fs::file_time_type::clock::now() - std::chrono::hours(15 * 24));
    remove_old_root_caches(settings);
    CHECK_FALSE(fs::exists(roots / "old"));
    CHECK(fs::exists(roots / "new"));
    fs::remove_all(roots);
    os::write_file_atomically(roots, "no directory");
    CHECK_NOTHROW(remove_old_root_caches(settings));
}

TEST_CASE("a root's key follows its seed, its configuration and every file of it") {
    const os::TemporaryDirectory configs;
    fs::create_directory(configs.path() / "templates");
    std::ofstream(configs.path() / "a.cfg") << "include('templates/t.tpl')";
    std::ofstream(configs.path() / "templates/t.tpl") << "1";
    std::ofstream(configs.path() / "README") << "text";
    const std::vector<SeedRepo> seed = {{"base", "file:///srv/seed", Digest{"aa"}}};
    const std::string key = root_key(configs.path(), "a", seed);
    CHECK(key.size() == 16);
    CHECK(root_key(configs.path(), "a", seed) == key);
    CHECK(root_key(configs.path(), "b", seed) != key);
    CHECK(root_key(configs.path(), "a", {{"base", "file:///srv/seed", Digest{"ab"}}}) != key);
    std::ofstream(configs.path() / "README") << "other text";
    CHECK(root_key(configs.path(), "a", seed) == key);
    std::ofstream(configs.path() / "templates/t.tpl") << "2";
    CHECK(root_key(configs.path(), "a", seed) != key);
}

}  // namespace
}  // namespace terrace::worker
