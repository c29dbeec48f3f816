#include "common/solv/pool.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "common/os/child_process.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::solv;
using namespace terrace::testing;

namespace {

const std::vector<MadeUp> kTwo = {
    {.name = "bash",
     .required = {"libc.so.6()(64bit)", "(a or b >= 2)"},
     .files = {"/usr/bin/bash"}},
    {.name = "glibc-devel", .provided = {"glibc-static"}, .version = "2.44", .source = "glibc"}};

std::filesystem::path write_primary(const os::TemporaryDirectory& directory,
                                    const std::string& text) {
    const std::filesystem::path path = directory.path() / "primary.xml";
    os::write_file_atomically(path, text);
    return path;
}

/// The same file compressed by `program`, which adds `suffix` to its name.
std::filesystem::path compressed(const std::filesystem::path& path,
                                 const std::string& program,
                                 const std::string& suffix) {
    const os::CapturedRun run = os::run_captured(
        {.arguments = {program, "-kf", path.string()}, .environment = os::current_environment()},
        std::chrono::seconds(20));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
    return path.string() + suffix;
}

Texts names_in(const std::filesystem::path& primary) {
    Pool pool;
    const Result<void> added = pool.add_primary("made-up", primary);
    REQUIRE_MESSAGE(added.has_value(), added.error().message);
    Texts names;
    for (const Package package : pool.packages()) names.push_back(pool.nevra(package));
    return names;
}

std::string message_of(const std::filesystem::path& primary) {
    Pool pool;
    const Result<void> added = pool.add_primary("made-up", primary);
    REQUIRE(added.has_error());
    CHECK(pool.packages().empty());
    return added.error().message;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a primary.xml is read plain and compressed") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path plain = write_primary(directory, primary_xml(kTwo));
    const Texts expected = {"bash-1-1.x86_64", "glibc-devel-2.44-1.x86_64"};
    CHECK(names_in(plain) == expected);
    CHECK(names_in(compressed(plain, "gzip", ".gz")) == expected);
    CHECK(names_in(compressed(plain, "zstd", ".zst")) == expected);
}

TEST_CASE("a pool tells what the metadata says of a package") {
    const os::TemporaryDirectory directory;
    Pool pool;
    REQUIRE(pool.add_primary("made-up", write_primary(directory, primary_xml(kTwo))).has_value());
    const std::vector<Package> packages = pool.packages();
    CHECK(pool.required(packages[0]) == Texts{"libc.so.6()(64bit)", "(a or b >= 2)"});
    CHECK(pool.name(packages[1]) == "glibc-devel");
    CHECK(pool.arch(packages[1]) == "x86_64");
    CHECK(pool.evr(packages[1]) == Evr{0, "2.44", "1"});
    CHECK(pool.source_name(packages[1]) == "glibc");
    CHECK(pool.provided_names(packages[1]) == Texts{"glibc-static", "glibc-devel"});
    CHECK(pool.location(packages[0]) == "p/bash-1-1.x86_64.rpm");
    CHECK(pool.sha256(packages[0]) == os::sha256_of_text("bash-1-1.x86_64.rpm").hex);
    CHECK(pool.file_size(packages[0]) == 1234);
}

TEST_CASE("libsolv's own format says the same as the XML") {
    const os::TemporaryDirectory directory;
    Pool first;
    REQUIRE(first.add_primary("made-up", write_primary(directory, primary_xml(kTwo))).has_value());
    Pool second;
    REQUIRE(second.add_solv("made-up", first.to_solv()).has_value());
    REQUIRE(second.packages().size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const Package one = first.packages()[i];
        const Package other = second.packages()[i];
        CHECK(second.nevra(other) == first.nevra(one));
        CHECK(second.source_name(other) == first.source_name(one));
        CHECK(second.required(other) == first.required(one));
        CHECK(second.provided_names(other) == first.provided_names(one));
    }
}

TEST_CASE("bytes that are not libsolv's are refused") {
    Pool pool;
    CHECK(pool.add_solv("made-up", "This is no such file, though long enough.").has_error());
    CHECK(pool.packages().empty());
}

TEST_CASE("what is no primary.xml is refused with a sentence that says why") {
    const os::TemporaryDirectory directory;
    const std::string whole = primary_xml(kTwo);
    CHECK(has(message_of(directory.path() / "absent.xml"), "Cannot open"));
    CHECK(has(message_of(write_primary(directory, "")), "it is empty"));
    CHECK(has(message_of(write_primary(directory, "<html>Not found</html>")), "<metadata"));
    CHECK(has(message_of(write_primary(directory, whole.substr(0, whole.size() / 2))),
              "ends too early"));
}

TEST_CASE("a compressed primary.xml that was cut off is refused") {
    const os::TemporaryDirectory directory;
    std::vector<MadeUp> many;
    for (int i = 0; i < 2000; ++i) many.push_back({.name = "package" + std::to_string(i)});
    const std::filesystem::path plain = write_primary(directory, primary_xml(many));
    for (const auto& [program, suffix] : {std::pair("gzip", ".gz"), std::pair("zstd", ".zst")}) {
        const std::filesystem::path path = compressed(plain, program, suffix);
        const std::string bytes = os::read_file(path);
        CAPTURE(suffix);
        os::write_file_atomically(path, bytes.substr(0, bytes.size() * 3 / 4));
        CHECK(has(message_of(path), path.string() + " is not a primary.xml: "));
        os::write_file_atomically(path, bytes.substr(0, 8));
        CHECK(has(message_of(path), path.string() + " is not a primary.xml: "));
        os::write_file_atomically(path, "");
        CHECK(has(message_of(path), path.string() + " is not a primary.xml: "));
    }
}
