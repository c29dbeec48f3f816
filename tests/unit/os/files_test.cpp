#include "common/os/files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <system_error>

using namespace terrace;

namespace {

std::size_t entries_of(const std::filesystem::path& directory) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("SHA-256 gives FIPS 180's values") {
    CHECK(os::sha256_of_text("").hex ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(os::sha256_of_text("abc").hex ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    os::Sha256 million;
    for (int i = 0; i < 1000; ++i) million.update(std::string(1000, 'a'));
    CHECK(million.finish().hex ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a file written atomically replaces the old one and leaves nothing beside it") {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    os::write_file_atomically(path, "old");
    os::write_file_atomically(path, std::string("new\0content", 11));
    CHECK(os::read_file(path) == std::string("new\0content", 11));
    CHECK(os::sha256_of_file(path) == os::sha256_of_text(std::string_view("new\0content", 11)));
    CHECK(entries_of(directory.path()) == 1);
}

TEST_CASE("a file that cannot replace its target is removed again") {
    const os::TemporaryDirectory directory;
    std::filesystem::create_directories(directory.path() / "target" / "full");
    CHECK_THROWS_AS(os::write_file_atomically(directory.path() / "target", "x"), std::system_error);
    CHECK(entries_of(directory.path()) == 1);
}

TEST_CASE("errors name the path") {
    CHECK_THROWS_WITH_AS(os::read_file("/no/such/file"), doctest::Contains("/no/such/file"),
                         std::system_error);
    CHECK_THROWS_WITH_AS(os::write_file_atomically("/no/such/file", ""),
                         doctest::Contains("/no/such/file"), std::system_error);
    CHECK_THROWS_WITH_AS(os::sha256_of_file("/tmp"), doctest::Contains("/tmp"), std::system_error);
    CHECK_THROWS_WITH_AS(os::sync_directory("/no/such"), doctest::Contains("/no/such"),
                         std::system_error);
}

TEST_CASE("a file above the limit is not read") {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    os::write_file_atomically(path, "12345");
    CHECK(os::read_file(path, 5) == "12345");
    CHECK_THROWS_AS(os::read_file(path, 4), std::system_error);
}

TEST_CASE("a temporary directory is private and goes with all in it") {
    std::filesystem::path path;
    {
        const os::TemporaryDirectory directory;
        path = directory.path();
        std::filesystem::create_directories(path / "a" / "b");
        std::ofstream(path / "a" / "file") << "x";
        struct stat status {};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0700U);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}
