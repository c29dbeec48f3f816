#include "common/os/fetch.hpp"

#include <doctest/doctest.h>

#include "common/os/files.hpp"

using namespace terrace;

TEST_CASE("a file:// URL gives the file's bytes") {
    const os::TemporaryDirectory directory;
    os::write_file_atomically(directory.path() / "file", "content");
    const auto bytes = os::fetch_url("file://" + (directory.path() / "file").string(), 7);
    REQUIRE(bytes.has_value());
    CHECK(*bytes == "content");
}

TEST_CASE("an empty file is no error") {
    const os::TemporaryDirectory directory;
    os::write_file_atomically(directory.path() / "file", "");
    const auto bytes = os::fetch_url("file://" + (directory.path() / "file").string(), 7);
    REQUIRE(bytes.has_value());
    CHECK(bytes->empty());
}

TEST_CASE("a missing file is not_found and the message names the URL") {
    const auto bytes = os::fetch_url("file:///no/such/file", 100);
    REQUIRE(bytes.has_error());
    CHECK(bytes.error().code == Errc::not_found);
    CHECK(bytes.error().message.find("file:///no/such/file") != std::string::npos);
}

TEST_CASE("more bytes than the limit are refused") {
    const os::TemporaryDirectory directory;
    os::write_file_atomically(directory.path() / "file", std::string(100'000, 'x'));
    const auto bytes = os::fetch_url("file://" + (directory.path() / "file").string(), 99'999);
    REQUIRE(bytes.has_error());
    CHECK(bytes.error().code == Errc::invalid_argument);
}

TEST_CASE("a URL of another kind is refused") {
    for (const char* url : {"ftp://localhost/x", "no-scheme:", "", "gopher://localhost/"}) {
        CAPTURE(url);
        const auto bytes = os::fetch_url(url, 100);
        REQUIRE(bytes.has_error());
        CHECK(bytes.error().code == Errc::invalid_argument);
    }
}

TEST_CASE("a server that does not answer is unavailable") {
    const auto bytes = os::fetch_url("http://127.0.0.1:1/x", 100, std::chrono::seconds(10));
    REQUIRE(bytes.has_error());
    CHECK(bytes.error().code == Errc::unavailable);
}
