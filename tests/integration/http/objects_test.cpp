#include <doctest/doctest.h>

#include <fstream>

#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

fs::path a_file(const FakeFarm& farm, const std::string& content) {
    const fs::path path = farm.path() / "a-file";
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

std::string random_looking(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 1;
    for (char& c : text) {
        state = state * 1664525 + 1013904223;
        c = static_cast<char>(state >> 24);
    }
    return text;
}

std::string target_of(const Digest& digest) {
    return "/v1/objects/" + digest.hex;
}

}  // namespace

TEST_CASE("an object comes back as it was sent, small or large or empty") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{20'000'001}}) {
        CAPTURE(size);
        const fs::path file = a_file(farm, random_looking(size));
        const Digest digest = os::sha256_of_file(file);
        const auto before = client.request("HEAD", target_of(digest), "");
        REQUIRE(before.has_value());
        CHECK(before->status == 404);
        const auto sent = client.upload(target_of(digest), file, 60s);
        REQUIRE(sent.has_value());
        CHECK(sent->status == 204);
        CHECK(client.request("HEAD", target_of(digest), "")->status == 200);
        const fs::path back = farm.path() / "back";
        const auto got = client.download(target_of(digest), back, 60s);
        REQUIRE(got.has_value());
        CHECK(got->status == 200);
        CHECK(os::sha256_of_file(back) == digest);
        CHECK(fs::file_size(back) == size);
    }
    CHECK(farm.object_count() == 4);
}

TEST_CASE("an upload whose bytes have another digest keeps nothing and says so in one sentence") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    for (const std::size_t size : {std::size_t{10}, std::size_t{1'000'000}}) {
        const fs::path file = a_file(farm, random_looking(size));
        const Digest other = os::sha256_of_text("something else");
        const auto sent = client.upload(target_of(other), file, 60s);
        REQUIRE(sent.has_value());
        CHECK(sent->status == 400);
        CHECK(sent->body.find("have the digest " + os::sha256_of_file(file).hex) !=
              std::string::npos);
        CHECK(farm.object_count() == 0);
        CHECK(client.request("GET", "/v1/releases", "")->status == 200);
    }
}

TEST_CASE("a digest that is none is refused") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    const auto sent = client.upload("/v1/objects/ABC", a_file(farm, "x"), 60s);
    REQUIRE(sent.has_value());
    CHECK(sent->status == 400);
    CHECK(client.request("GET", "/v1/objects/ABC", "")->status == 400);
}

TEST_CASE("an upload above the limit is refused before it is sent") {
    BodyLimits limits;
    limits.object = 100'000;
    FakeFarm farm("", limits);
    http::Client client(farm.url(), "");
    const fs::path file = a_file(farm, random_looking(100'001));
    const auto sent = client.upload(target_of(os::sha256_of_file(file)), file, 60s);
    REQUIRE(sent.has_value());
    CHECK(sent->status == 413);
    CHECK(farm.object_count() == 0);
    CHECK(client.request("GET", "/v1/releases", "")->status == 200);
}

TEST_CASE("an upload without the token is refused and nothing is kept") {
    FakeFarm farm("secret");
    const fs::path file = a_file(farm, random_looking(100'000));
    const std::string target = target_of(os::sha256_of_file(file));
    http::Client stranger(farm.url(), "");
    const auto refused = stranger.upload(target, file, 60s);
    REQUIRE(refused.has_value());
    CHECK(refused->status == 401);
    CHECK(farm.object_count() == 0);
    http::Client friendly(farm.url(), "secret");
    CHECK(friendly.upload(target, file, 60s)->status == 204);
    CHECK(stranger.request("GET", target, "")->status == 200);
}

TEST_CASE("a download that is not there leaves no file") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    const auto got = client.download(target_of(os::sha256_of_text("x")), farm.path() / "back", 60s);
    REQUIRE(got.has_value());
    CHECK(got->status == 404);
    CHECK(got->body.find("There is no object") != std::string::npos);
    CHECK(!fs::exists(farm.path() / "back"));
}

TEST_CASE("local files that cannot be read or written are errors of their own") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    CHECK_THROWS_AS(client.upload("/v1/objects/x", farm.path() / "missing", 60s),
                    std::system_error);
    const fs::path file = a_file(farm, "text");
    const Digest digest = os::sha256_of_file(file);
    CHECK(client.upload(target_of(digest), file, 60s)->status == 204);
    CHECK_THROWS_AS(client.download(target_of(digest), farm.path() / "no-directory" / "back", 60s),
                    std::system_error);
    CHECK(client.request("GET", "/v1/releases", "")->status == 200);
}

}  // namespace terrace::rest
