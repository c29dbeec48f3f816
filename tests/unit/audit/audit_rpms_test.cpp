#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/audit.hpp"

namespace terrace::audit {

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
        CHECK(report.findings[0].starts_with("/usr/lib64/toy.so: sum: v"));
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

TEST_CASE("there are never more than 50 findings, and the last one counts the others") {
    test::Workshop workshop;
    std::string source;
    for (int i = 0; i < 60; ++i)
        source +=
            fmt::format("unsigned f{}(unsigned x) {{ return __builtin_clz(x) + {}; }}\n", i, i);
    const auto library = workshop.library("many", source, {"-mlzcnt"});
    const AuditReport report =
        audit_rpms({workshop.pack("one", library), workshop.pack("two", library)}, Level::x86_64);
    REQUIRE(report.findings.size() == 50);
    CHECK(report.findings.front().starts_with("/usr/lib64/one.so: f"));
    CHECK(report.findings.back() == "... and 51 more");
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
    check_fails(workshop.path() / "v1");
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
