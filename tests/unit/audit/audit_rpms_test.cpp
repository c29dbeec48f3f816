#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/audit.hpp"
#include "worker/audit/conventions.hpp"

namespace terrace::audit {

namespace {

AuditReport audit_rpms(const std::vector<std::filesystem::path>& rpms, Level level_max) {
    return audit_files(rpms, {level_max});
}

}  // namespace

TEST_CASE("every payload compression is read") {
    test::Workshop workshop;
    const auto library = workshop.library("v3", test::kSumSource, {"-O3", "-march=x86-64-v3"});
    Digest identity;
    for (const char* payload : {"w3.zstdio", "w2.xzdio", "w6.gzdio", "w6.bzdio", "w.ufdio"}) {
        CAPTURE(payload);
        const AuditReport report =
            audit_rpms({workshop.pack("toy", library, payload)}, Level::x86_64);
        CHECK(report.level_used == Level::x86_64_v3);
        REQUIRE(report.findings.size() == 1);
        CHECK(to_text(report.findings[0]).starts_with("/usr/lib64/toy.so: sum: v"));
        if (identity == Digest{}) identity = report.code_identity;
        CHECK(report.code_identity == identity);
    }
}

TEST_CASE("the order of the packages does not matter, their names and contents do") {
    test::Workshop workshop;
    const auto first =
        workshop.pack("first", workshop.library("a", "int a(int x) { return x * 5; }", {}));
    const auto second =
        workshop.pack("second", workshop.library("b", "int b(int x) { return x * 7; }", {}));
    const auto renamed = workshop.pack("third", workshop.path() / "b");
    const auto identity = [](const std::vector<std::filesystem::path>& rpms) {
        return audit_rpms(rpms, Level::x86_64).code_identity;
    };
    CHECK(identity({first, second}) == identity({second, first}));
    CHECK(identity({first, second}) != identity({first}));
    CHECK(identity({first, second}) != identity({first, renamed}));
}

TEST_CASE("debug packages are not audited") {
    test::Workshop workshop;
    const auto library = workshop.library("v3", test::kSumSource, {"-O3", "-march=x86-64-v3"});
    const AuditReport nothing = audit_rpms({}, Level::x86_64);
    CHECK(nothing.level_used == Level::none);
    CHECK(audit_rpms({workshop.pack("toy-debuginfo", library)}, Level::x86_64) == nothing);
    CHECK(audit_rpms({workshop.pack("toy-debugsource", library)}, Level::x86_64) == nothing);
}

TEST_CASE("a package without code has no level, and one identity whatever its files") {
    test::Workshop workshop;
    std::ofstream(workshop.path() / "text") << "text\n";
    std::ofstream(workshop.path() / "empty");
    const AuditReport text =
        audit_rpms({workshop.pack("toy", workshop.path() / "text")}, Level::x86_64);
    CHECK(text.level_used == Level::none);
    CHECK(text == audit_rpms({workshop.pack("toy", workshop.path() / "empty")}, Level::x86_64));
}

TEST_CASE("there are never more than 1000 leaks, and the others are counted") {
    test::Workshop workshop;
    std::string source;
    for (int i = 0; i < 600; ++i)
        source +=
            fmt::format("unsigned f{}(unsigned x) {{ return __builtin_clz(x) + {}; }}\n", i, i);
    const auto library = workshop.library("many", source, {"-mlzcnt"});
    const AuditReport report =
        audit_rpms({workshop.pack("one", library), workshop.pack("two", library)}, Level::x86_64);
    CHECK(report.findings.size() == 1000);
    CHECK(report.findings.front().file == "/usr/lib64/one.so");
    CHECK(report.findings_left_off == 200);
}

TEST_CASE("a -debuginfo package gives names to stripped functions of the same build id") {
    test::Workshop workshop;
    const auto library =
        workshop.library("v3",
                         "__attribute__((noinline)) static int inner(const int *v, int n) {\n"
                         "    int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; return s; }\n"
                         "int outer(const int *v, int n) { return inner(v, n) * 2; }",
                         {"-O3", "-march=x86-64-v3", "-Wl,--build-id=sha1"});
    workshop.run({"objcopy", "--only-keep-debug", "v3", "v3.debug"});
    workshop.run({"objcopy", "--strip-all", "v3", "stripped"});
    const auto rpm = workshop.pack("toy", workshop.path() / "stripped");
    const auto debug = workshop.pack("toy-debuginfo", workshop.path() / "v3.debug");
    CHECK(audit_rpms({rpm}, Level::x86_64).findings.at(0).function.starts_with("function at 0x"));
    CHECK(audit_rpms({rpm, debug}, Level::x86_64).findings.at(0).function == "inner");
    CHECK(audit_files({workshop.path() / "stripped", workshop.path() / "v3.debug"}, {})
              .findings.at(0)
              .function == "inner");
}

TEST_CASE("code below glibc-hwcaps may use its directory's level") {
    test::Workshop workshop;
    const auto library = workshop.library("v3", test::kSumSource, {"-O3", "-march=x86-64-v3"});
    const auto directory = workshop.path() / "glibc-hwcaps/x86-64-v3";
    std::filesystem::create_directories(directory);
    std::filesystem::copy_file(library, directory / "toy.so");
    CHECK_FALSE(audit_files({library}, {}).findings.empty());
    CHECK(audit_files({directory / "toy.so"}, {}).findings.empty());
    CHECK(level_of_hwcaps_path("/usr/lib64/glibc-hwcaps/x86-64-v4/a.so") == Level::x86_64_v4);
    CHECK(level_of_hwcaps_path("/usr/lib64/haswell/a.so") == Level::none);
}

TEST_CASE("a file that is no package, or a damaged one, is an error that names it") {
    test::Workshop workshop;
    const auto rpm = workshop.pack("toy", workshop.library("v1", test::kSumSource, {}));
    const auto check_fails = [](const std::filesystem::path& path) {
        try {
            audit_rpms({path}, Level::x86_64);
            FAIL("no error for " << path);
        } catch (const AuditError& error) {
            CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
        }
    };
    check_fails(workshop.path() / "missing.rpm");
    check_fails(workshop.path() / "v1.c");
    const auto size = std::filesystem::file_size(rpm);
    for (const auto part : {size - 200, size / 2, std::uintmax_t{100}, std::uintmax_t{0}}) {
        CAPTURE(part);
        std::filesystem::resize_file(rpm, part);
        check_fails(rpm);
    }
}

TEST_CASE("a damaged package is an error or a report, never a crash") {
    test::Workshop workshop;
    const auto rpm = workshop.pack("toy", workshop.library("v1", test::kSumSource, {}), "w.ufdio");
    const std::string whole = os::read_file(rpm);
    for (std::size_t place = 96; place < whole.size(); place += 97) {
        CAPTURE(place);
        std::string damaged = whole;
        damaged[place] = static_cast<char>(damaged[place] ^ 0x41);
        std::ofstream(workshop.path() / "damaged.rpm", std::ios::binary) << damaged;
        try {
            const AuditReport report = audit_rpms({workshop.path() / "damaged.rpm"}, Level::x86_64);
            CHECK(report.code_identity.hex.size() == 64);
        } catch (const AuditError& error) {
            CHECK(std::string(error.what()).find("damaged.rpm") != std::string::npos);
        }
    }
}

}  // namespace terrace::audit
