#include <doctest/doctest.h>

#include <fstream>
#include <limits>
#include <random>

#include "tests/integration/http/cutting_proxy.hpp"
#include "tests/integration/http/fake_farm.hpp"
#include "worker/client/scheduler_client.hpp"

namespace terrace::rest {
namespace {

using test::CuttingProxy;
using worker::SchedulerClient;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kNoCut = std::numeric_limits<std::size_t>::max();
constexpr LeaseKey kLease{AttemptId{3}, 9};

std::string random_bytes(std::size_t size, std::mt19937& random) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

fs::path write_file(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return path;
}

std::string upload_target(const Digest& digest, LeaseKey lease, std::uint64_t offset) {
    return "/v1/objects/" + digest.hex + "?attempt=" + std::to_string(lease.attempt.value) +
           "&fence=" + std::to_string(lease.fence) + "&offset=" + std::to_string(offset);
}

/// Only the lease with this fence stands.
void let_stand(FakeFarm& farm, std::atomic<std::int64_t>& fence) {
    farm.engine.decide = [&fence](const core::Event& event) -> Result<core::Reply> {
        const auto* check = std::get_if<core::CheckLease>(&event);
        if (check && check->key.fence != fence)
            return Error{Errc::stale_lease, "The lease of this attempt has ended."};
        return core::Reply(core::Done{});
    };
}

}  // namespace

TEST_CASE("an upload that is cut off at any byte, hundreds of times, arrives whole") {
    const os::TemporaryDirectory files;
    FakeFarm farm;
    std::mt19937 random(1);
    std::mt19937 cut_random(2);
    CuttingProxy proxy(farm.port(), [&cut_random] { return 1 + cut_random() % 6000; });
    SchedulerClient client(proxy.url(), "");
    for (int round = 0; proxy.cuts() < 300; ++round) {
        CAPTURE(round);
        const fs::path file =
            write_file(files.path() / "a.rpm", random_bytes(random() % 200'000, random));
        const Digest digest = os::sha256_of_file(file);
        int tries = 0;
        for (;; ++tries) {
            REQUIRE(tries < 1000);
            const Result<void> stored = client.store_object(kLease, digest, file);
            if (stored) break;
            REQUIRE(stored.error().code == Errc::unavailable);
        }
        CHECK(os::sha256_of_file(farm.objects.path_of(digest)) == digest);
        CHECK(farm.incoming_count() == 0);
    }
    MESSAGE("connections cut: ", proxy.cuts());
}

TEST_CASE("a log that is cut off at any byte, hundreds of times, is the text that was written") {
    FakeFarm farm;
    std::mt19937 random(3);
    std::mt19937 cut_random(4);
    CuttingProxy proxy(farm.port(), [&cut_random] { return 1 + cut_random() % 5000; });
    SchedulerClient client(proxy.url(), "");
    // An answer counts only as a whole, so the reader's line must hold for one of 600 kB.
    http::Client reader(farm.url(), "");
    const std::string text = random_bytes(600'000, random);
    std::string seen;  // by one who follows it
    std::int64_t offset = 0;
    for (int tries = 0; seen.size() < text.size(); ++tries) {
        REQUIRE(tries < 20'000);
        if (offset < static_cast<std::int64_t>(text.size())) {
            const auto piece = std::string_view(text).substr(static_cast<std::size_t>(offset),
                                                             1 + random() % 2500);
            const auto sent = client.append_log(kLease, offset, piece);
            if (sent) offset = *sent;
            if (!sent) REQUIRE(sent.error().code == Errc::unavailable);
        }
        const auto read =
            reader.request("GET", "/v1/attempts/3/log?offset=" + std::to_string(seen.size()), "");
        if (!read) continue;
        REQUIRE(read->status == 200);
        seen += read->body;
    }
    CHECK(seen == text);
    CHECK(proxy.cuts() >= 200);
    MESSAGE("connections cut: ", proxy.cuts());
}

TEST_CASE("an upload goes on at the offset that the farm tells, and nowhere else") {
    const os::TemporaryDirectory files;
    FakeFarm farm;
    std::mt19937 random(5);
    const std::string bytes = random_bytes(1000, random);
    const Digest digest = os::sha256_of_text(bytes);
    const fs::path whole = write_file(files.path() / "whole", bytes);
    const std::string target = upload_target(digest, kLease, 0);
    http::Client client(farm.url(), "");

    auto head = client.request("HEAD", target, "");
    CHECK(head->status == 404);
    CHECK(head->offset == 0);
    {
        auto part = farm.objects.resume_upload(digest, kLease.attempt, 0);
        REQUIRE((*part)->append(bytes.substr(0, 400)).has_value());
    }
    CHECK(client.request("HEAD", target, "")->offset == 400);
    CHECK(client.request("HEAD", upload_target(digest, {AttemptId{4}, 1}, 0), "")->offset == 0);
    const auto gap = client.upload(upload_target(digest, kLease, 500), whole, 10s, 500);
    CHECK(gap->status == 409);
    CHECK(gap->offset == 400);
    const auto rest = client.upload(upload_target(digest, kLease, 400), whole, 10s, 400);
    CHECK(rest->status == 204);
    CHECK(client.request("HEAD", target, "")->status == 200);
    CHECK(os::read_file(farm.objects.path_of(digest)) == bytes);
    // Who has it already is told so.
    CHECK(client.upload(target, whole, 10s)->status == 204);
    CHECK(farm.incoming_count() == 0);
    const auto half = client.upload("/v1/objects/" + digest.hex + "?attempt=3", whole, 10s);
    CHECK(half->status == 400);
}

TEST_CASE("what a crash has damaged is sent once more from its beginning") {
    const os::TemporaryDirectory files;
    FakeFarm farm;
    std::mt19937 random(6);
    const fs::path file = write_file(files.path() / "a.rpm", random_bytes(5000, random));
    const Digest digest = os::sha256_of_file(file);
    {
        auto part = farm.objects.resume_upload(digest, kLease.attempt, 0);
        REQUIRE((*part)->append(std::string(3000, '\0')).has_value());
    }
    SchedulerClient client(farm.url(), "");
    CHECK(client.store_object(kLease, digest, file).has_value());
    CHECK(os::sha256_of_file(farm.objects.path_of(digest)) == digest);
    // Longer than the file: it cannot be a part of it.
    const fs::path other = write_file(files.path() / "b.rpm", "b");
    const Digest short_one = os::sha256_of_file(other);
    {
        auto part = farm.objects.resume_upload(short_one, kLease.attempt, 0);
        REQUIRE((*part)->append("longer").has_value());
    }
    CHECK(client.store_object(kLease, short_one, other).has_value());
    // The file itself is not what it is said to be: that is told, not tried for ever.
    const Digest wrong = os::sha256_of_text("something else");
    CHECK(client.store_object(kLease, wrong, file).error().code == Errc::invalid_argument);
    CHECK(farm.incoming_count() == 0);
}

TEST_CASE("a worker whose lease has ended while it was cut off gives up its upload") {
    const os::TemporaryDirectory files;
    FakeFarm farm;
    std::atomic<std::int64_t> fence = kLease.fence;
    let_stand(farm, fence);
    std::mt19937 random(7);
    const fs::path file = write_file(files.path() / "a.rpm", random_bytes(300'000, random));
    const Digest digest = os::sha256_of_file(file);
    std::atomic<std::size_t> next = 100'000;
    CuttingProxy proxy(farm.port(), [&next] { return next.load(); });
    SchedulerClient client(proxy.url(), "");
    CHECK(client.store_object(kLease, digest, file).error().code == Errc::unavailable);
    CHECK(farm.incoming_count() == 1);
    next = kNoCut;
    fence = 10;
    CHECK(client.store_object(kLease, digest, file).error().code == Errc::stale_lease);
    CHECK(farm.object_count() == 0);
    // The lease that stands goes on with what is there.
    const LeaseKey standing{kLease.attempt, 10};
    CHECK(client.store_object(standing, digest, file).has_value());
    CHECK(farm.object_count() == 1);
}

TEST_CASE("a log is waited for, and the answer says when there will be no more") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    const auto nothing = client.request("GET", "/v1/attempts/3/log?wait=10", "");
    CHECK(nothing->status == 200);
    CHECK(nothing->body.empty());
    CHECK_FALSE(nothing->log_complete);
    {
        const std::jthread later([&farm] {
            std::this_thread::sleep_for(100ms);
            CHECK(farm.logs.append(kLease.attempt, 0, "hello").has_value());
        });
        const auto text = client.request("GET", "/v1/attempts/3/log?wait=60000", "", 60s);
        CHECK(text->body == "hello");
        CHECK_FALSE(text->log_complete);
    }
    const std::jthread later([&farm] {
        std::this_thread::sleep_for(100ms);
        farm.reads.end_attempt(kLease.attempt, {});
    });
    const auto end = client.request("GET", "/v1/attempts/3/log?offset=5&wait=60000", "", 60s);
    CHECK(end->status == 200);
    CHECK(end->body.empty());
    CHECK(end->log_complete);
    CHECK(client.request("GET", "/v1/attempts/3/log?wait=60001", "")->status == 400);
}

}  // namespace terrace::rest
