#include "worker/mock/file_tail.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

struct Tailed {
    os::TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "build.log";
    FileTail tail{path};
    std::vector<std::string> lines;

    void append(const std::string& text) { std::ofstream(path, std::ios::app) << text; }
    void read() {
        tail.read([this](std::string_view line) { lines.emplace_back(line); });
    }
    void read_to_end() {
        tail.read_to_end([this](std::string_view line) { lines.emplace_back(line); });
    }
};

using Lines = std::vector<std::string>;

TEST_CASE("lines are passed on when they are whole, each once") {
    Tailed tailed;
    tailed.read();
    CHECK(tailed.lines.empty());
    tailed.append("one\ntw");
    tailed.read();
    CHECK(tailed.lines == Lines{"one"});
    tailed.append("o\n\n");
    tailed.read();
    tailed.read();
    CHECK(tailed.lines == Lines{"one", "two", ""});
}

TEST_CASE("at the end a line without an end counts, too") {
    Tailed tailed;
    tailed.append("one\nrest");
    tailed.read_to_end();
    CHECK(tailed.lines == Lines{"one", "rest"});
}

TEST_CASE("a line without end comes in pieces") {
    Tailed tailed;
    tailed.append(std::string(100'000, 'x'));
    tailed.read();
    REQUIRE(tailed.lines.size() == 1);
    CHECK(tailed.lines[0].size() == 100'000);
}

TEST_CASE("a log that a second mock begins anew is read from its beginning") {
    Tailed tailed;
    tailed.append("first mock\nrest");
    tailed.read();
    std::ofstream(tailed.path, std::ios::trunc) << "second\n";
    tailed.read();
    CHECK(tailed.lines == Lines{"first mock", "second"});
}

TEST_CASE("what never answers is not waited for") {
    Tailed tailed;
    REQUIRE(::mkfifo(tailed.path.c_str(), 0644) == 0);
    CHECK_THROWS_AS(tailed.read(), std::system_error);
}

TEST_CASE("a link is not followed: the directory belongs to the user who builds") {
    Tailed tailed;
    std::filesystem::create_symlink("/etc/passwd", tailed.path);
    CHECK_THROWS_AS(tailed.read(), std::system_error);
}

}  // namespace
}  // namespace terrace::worker
