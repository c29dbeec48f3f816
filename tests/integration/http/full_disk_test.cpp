#include <doctest/doctest.h>
#include <sys/mount.h>

#include <cstring>
#include <fstream>

#include "tests/integration/http/fake_farm.hpp"
#include "worker/client/scheduler_client.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A file system of a few MiB. Needs root.
class SmallDisk {
public:
    SmallDisk()
        : mounted_(::mount("terrace-test", directory_.path().c_str(), "tmpfs", 0, "size=4m") == 0) {
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    bool mounted() const { return mounted_; }
    const fs::path& path() const { return directory_.path(); }

private:
    os::TemporaryDirectory directory_;
    bool mounted_ = false;
};

constexpr LeaseKey kLease{AttemptId{3}, 9};

}  // namespace

TEST_CASE("a full disk is 507 with a sentence, nothing is half kept, and room is all it takes") {
    const SmallDisk disk;
    if (!disk.mounted()) {
        MESSAGE("skipped: no tmpfs can be mounted here: ", std::strerror(errno));
        return;
    }
    const os::TemporaryDirectory files;
    FakeFarm farm("", {}, FakeFarm::on_free_port(), disk.path());
    http::Client client(farm.url(), "");
    worker::SchedulerClient worker(farm.url(), "");
    const fs::path file = files.path() / "a.rpm";
    std::ofstream(file, std::ios::binary) << std::string(8'000'000, 'x');
    const Digest digest = os::sha256_of_file(file);
    for (const std::string query : {"", "?attempt=3&fence=9"}) {
        CAPTURE(query);
        const auto sent = client.upload("/v1/objects/" + digest.hex + query, file, 10s);
        REQUIRE(sent.has_value());
        CHECK(sent->status == 507);
        CHECK(sent->body.find("The scheduler's disk is full, so nothing was kept") !=
              std::string::npos);
        CHECK(farm.incoming_count() == 0);
        CHECK(farm.object_count() == 0);
    }
    // To a worker it is a farm that is away: it comes again.
    CHECK(worker.store_object(kLease, digest, file).error().code == Errc::unavailable);

    std::ofstream(disk.path() / "ballast", std::ios::binary) << std::string(8'000'000, 'x');
    const std::string line = "a line of a log\n";
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += line;
    const auto refused = client.request("POST", "/v1/attempts/3/log?fence=9&offset=0", text);
    REQUIRE(refused.has_value());
    CHECK(refused->status == 507);
    fs::remove(disk.path() / "ballast");
    const auto taken = worker.append_log(kLease, 0, text);
    REQUIRE(taken.has_value());
    CHECK(*taken == static_cast<std::int64_t>(text.size()));
    CHECK(client.request("GET", "/v1/attempts/3/log", "")->body == text);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << std::string(1'000'000, 'y');
    CHECK(worker.store_object(kLease, os::sha256_of_file(file), file).has_value());
}

}  // namespace terrace::rest
