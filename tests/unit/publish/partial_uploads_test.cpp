#include "scheduler/publish/partial_uploads.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr AttemptId kOne{1};
constexpr AttemptId kTwo{2};
constexpr std::uint64_t kMax = 1'000'000;

/// A store and what is on its way to it, as after a start of the scheduler.
struct Farm {
    explicit Farm(const std::filesystem::path& root) : store(root), uploads(store, kMax) {}
    ObjectStore store;
    PartialUploads uploads;
};

std::size_t count_incoming(const Farm& farm) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(farm.store.incoming()), {}));
}

std::unique_ptr<PartialUploads::Part> part_of(Farm& farm,
                                              const Digest& digest,
                                              AttemptId attempt,
                                              std::uint64_t offset) {
    auto part = farm.uploads.resume(digest, attempt, offset);
    REQUIRE(part.has_value());
    return std::move(*part);
}

}  // namespace

TEST_CASE("an upload goes on where it was cut off, also after a restart") {
    const os::TemporaryDirectory root;
    const std::string bytes = "hello world";
    const Digest digest = os::sha256_of_text(bytes);
    {
        Farm farm(root.path());
        CHECK(farm.uploads.bytes_held(digest, kOne) == 0);
        REQUIRE(part_of(farm, digest, kOne, 0)->append("hello").has_value());
        CHECK(farm.uploads.bytes_held(digest, kOne) == 5);
        CHECK(farm.uploads.bytes_held(digest, kTwo) == 0);
    }
    std::ofstream(root.path() / "incoming" / (digest.hex + "-Ab12cD")) << "of a crash";
    Farm farm(root.path());
    CHECK(count_incoming(farm) == 1);
    CHECK(farm.uploads.attempts() == std::vector<AttemptId>{kOne});
    CHECK(farm.uploads.bytes_held(digest, kOne) == 5);
    auto part = part_of(farm, digest, kOne, 5);
    REQUIRE(part->append(" world").has_value());
    CHECK_FALSE(farm.store.contains(digest));
    REQUIRE(part->finish().has_value());
    CHECK(os::read_file(farm.store.path_of(digest)) == bytes);
    CHECK(count_incoming(farm) == 0);
}

TEST_CASE("an upload cannot go on anywhere else, but it can begin anew") {
    const os::TemporaryDirectory root;
    Farm farm(root.path());
    const Digest digest = os::sha256_of_text("hello");
    REQUIRE(part_of(farm, digest, kOne, 0)->append("hel").has_value());
    for (const std::uint64_t offset : {1U, 2U, 4U, 100U}) {
        const auto refused = farm.uploads.resume(digest, kOne, offset);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == Errc::conflict);
        CHECK(refused.error().message.find("holds 3 bytes") != std::string::npos);
    }
    auto part = part_of(farm, digest, kOne, 0);
    CHECK(farm.uploads.bytes_held(digest, kOne) == 0);
    REQUIRE(part->append("hello").has_value());
    CHECK(part->finish().has_value());
}

TEST_CASE("bytes of another digest, or too many, are refused and dropped") {
    const os::TemporaryDirectory root;
    Farm farm(root.path());
    const Digest digest = os::sha256_of_text("right");
    auto wrong = part_of(farm, digest, kOne, 0);
    REQUIRE(wrong->append("wrong").has_value());
    CHECK(wrong->finish().error().code == Errc::invalid_argument);
    CHECK(count_incoming(farm) == 0);
    auto large = part_of(farm, digest, kOne, 0);
    REQUIRE(large->append(std::string(kMax, 'x')).has_value());
    CHECK(large->append("x").error().code == Errc::invalid_argument);
    CHECK(count_incoming(farm) == 0);
    CHECK_FALSE(farm.store.contains(digest));
}

TEST_CASE("who takes over an upload is alone with it") {
    const os::TemporaryDirectory root;
    Farm farm(root.path());
    const Digest digest = os::sha256_of_text("hello");
    auto old = part_of(farm, digest, kOne, 0);
    REQUIRE(old->append("he").has_value());
    auto fresh = part_of(farm, digest, kOne, 2);
    CHECK(old->append("XX").error().code == Errc::conflict);
    CHECK(old->finish().error().code == Errc::conflict);
    REQUIRE(fresh->append("llo").has_value());
    old.reset();
    CHECK(fresh->finish().has_value());
}

TEST_CASE("two attempts with the same bytes do not mix, and the second hears of the first") {
    const os::TemporaryDirectory root;
    Farm farm(root.path());
    const Digest digest = os::sha256_of_text("hello");
    auto one = part_of(farm, digest, kOne, 0);
    auto two = part_of(farm, digest, kTwo, 0);
    REQUIRE(one->append("hel").has_value());
    REQUIRE(two->append("h").has_value());
    CHECK_FALSE(two->is_superfluous());
    REQUIRE(one->append("lo").has_value());
    REQUIRE(one->finish().has_value());
    CHECK(two->is_superfluous());
    CHECK(count_incoming(farm) == 0);
}

TEST_CASE("what a dead attempt had sent is dropped, and its last connection can do nothing") {
    const os::TemporaryDirectory root;
    Farm farm(root.path());
    const Digest digest = os::sha256_of_text("hello");
    auto part = part_of(farm, digest, kOne, 0);
    REQUIRE(part->append("hello").has_value());
    REQUIRE(part_of(farm, digest, kTwo, 0)->append("h").has_value());
    farm.uploads.drop(kOne);
    CHECK(part->finish().has_error());
    CHECK_FALSE(farm.store.contains(digest));
    CHECK(farm.uploads.attempts() == std::vector<AttemptId>{kTwo});
}

TEST_CASE("many connections that take over from each other make one whole object") {
    const os::TemporaryDirectory root;
    Farm farm(root.path());
    std::string bytes(400'000, '\0');
    std::mt19937 random(1);
    for (char& c : bytes) c = static_cast<char>(random());
    const Digest digest = os::sha256_of_text(bytes);
    std::atomic<int> finished = 0;
    {
        std::vector<std::jthread> threads;
        for (unsigned seed = 0; seed < 4; ++seed) {
            threads.emplace_back([&, seed] {
                std::mt19937 own(seed);
                while (!farm.store.contains(digest)) {
                    const std::uint64_t held = farm.uploads.bytes_held(digest, kOne);
                    const auto part = farm.uploads.resume(digest, kOne, held);
                    if (!part) continue;
                    std::uint64_t at = held;
                    while (at < bytes.size()) {
                        const auto piece = std::string_view(bytes).substr(at, 1 + own() % 5000);
                        if (!(*part)->append(piece)) break;
                        at += piece.size();
                    }
                    if (at == bytes.size() && (*part)->finish()) ++finished;
                }
            });
        }
    }
    CHECK(finished >= 1);
    CHECK(os::read_file(farm.store.path_of(digest)) == bytes);
}
