#include "worker/sandbox/result_files.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/os/files.hpp"
#include "worker/sandbox/plain_file.hpp"

namespace terrace::sandbox {
namespace {

const std::string kBegin = "\xed\xab\xee\xdb";

struct Stage {
    os::TemporaryDirectory directory;
    std::filesystem::path results = directory.path() / "results";
    std::filesystem::path taken = directory.path() / "taken";
    SlotUser user = ::geteuid() == 0 ? SlotUser{990001, 990001} : SlotUser{};

    Stage() { std::filesystem::create_directory(results); }
    void add(const std::string& name, const std::string& content = kBegin + "rest") const {
        std::ofstream(results / name, std::ios::binary) << content;
    }
    Result<TakenResults> take(const ResultLimits& limits = {}) const {
        return take_results(results, taken, user, limits);
    }
};

}  // namespace

TEST_CASE("RPMs are taken by name and type, and nothing else is") {
    const Stage stage;
    stage.add("b-1-1.noarch.rpm");
    stage.add("a-1-1.x86_64.rpm");
    for (const char* log : {"build.log", "state.log", "root.log", "hw_info.log"})
        stage.add(log, "x");
    stage.add("text.rpm", "no lead");
    stage.add(".hidden.rpm");
    stage.add("-option.rpm");
    stage.add("line\nfeed.rpm");
    stage.add("core");
    std::filesystem::create_symlink("/etc/shadow", stage.results / "link.rpm");
    std::filesystem::create_symlink("a-1-1.x86_64.rpm", stage.results / "alias.rpm");
    REQUIRE(::mkfifo((stage.results / "fifo.rpm").c_str(), 0644) == 0);
    std::filesystem::create_directory(stage.results / "directory.rpm");
    stage.add("two.rpm");
    std::filesystem::create_hard_link(stage.results / "two.rpm", stage.results / "names.rpm");
    if (::geteuid() == 0)
        REQUIRE(::mknod((stage.results / "zero.rpm").c_str(), S_IFCHR | 0644, makedev(1, 5)) == 0);

    const auto taken = stage.take();
    REQUIRE(taken.has_value());
    REQUIRE(taken->rpms.size() == 2);
    CHECK(taken->rpms[0].filename == "a-1-1.x86_64.rpm");
    CHECK(taken->rpms[0].size == 8);
    CHECK(taken->rpms[1].filename == "b-1-1.noarch.rpm");
    CHECK(taken->ignored.size() == (::geteuid() == 0 ? 12 : 11));
    for (const std::string& line : taken->ignored) CHECK(line.find('\n') == std::string::npos);
    CHECK(std::filesystem::exists(stage.results / "link.rpm"));
    CHECK(os::read_file(stage.taken / "a-1-1.x86_64.rpm") == kBegin + "rest");
}

TEST_CASE("what was taken is out of the builder's reach") {
    if (::geteuid() != 0) return;
    const Stage stage;
    stage.add("a-1-1.x86_64.rpm");
    const auto file = stage.results / "a-1-1.x86_64.rpm";
    REQUIRE(::chown(file.c_str(), 990001, 990001) == 0);
    REQUIRE(stage.take().has_value());
    struct stat status {};
    REQUIRE(::stat((stage.taken / "a-1-1.x86_64.rpm").c_str(), &status) == 0);
    CHECK(status.st_uid == 0);
    CHECK((status.st_mode & 07777) == 0440);
    REQUIRE(::stat(stage.taken.c_str(), &status) == 0);
    CHECK(status.st_uid == 0);
    CHECK((status.st_mode & 07777) == 0750);
}

TEST_CASE("more than the limits allow is refused as a whole") {
    const Stage stage;
    for (const char* name : {"a.rpm", "b.rpm", "c.rpm"}) stage.add(name);
    // Ten gigabytes that take no room on the disk.
    stage.add("sparse.rpm");
    std::filesystem::resize_file(stage.results / "sparse.rpm", std::uintmax_t{10} << 30);
    const auto sparse = stage.take();
    REQUIRE(sparse.has_error());
    CHECK(sparse.error().message.find("sparse.rpm is too large") != std::string::npos);
    std::filesystem::remove(stage.results / "sparse.rpm");

    for (const char* name : {"a.rpm", "b.rpm", "c.rpm"}) stage.add(name);
    CHECK(stage.take({.rpms = 2}).has_error());
    for (const char* name : {"a.rpm", "b.rpm", "c.rpm"}) stage.add(name);
    CHECK(stage.take({.total_bytes = 20}).has_error());
    for (const char* name : {"a.rpm", "b.rpm", "c.rpm"}) stage.add(name);
    CHECK(stage.take({.rpms = 3, .file_bytes = 8, .total_bytes = 24}).has_value());
}

TEST_CASE("a file is read only where it is a plain one") {
    const os::TemporaryDirectory directory;
    const auto path = [&](const char* name) { return directory.path() / name; };
    std::ofstream(path("plain")) << "text";
    std::filesystem::create_symlink("plain", path("link"));
    REQUIRE(::mkfifo(path("fifo").c_str(), 0644) == 0);
    CHECK(read_plain_file(path("plain")) == "text");
    CHECK(read_plain_file(path("plain"), 2) == "te");
    for (const char* name : {"link", "fifo", "missing", "."}) {
        CAPTURE(name);
        CHECK_FALSE(read_plain_file(path(name)).has_value());
    }
}

}  // namespace terrace::sandbox
