#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/object_audit.hpp"

namespace terrace::audit {

namespace {

ObjectAudit audit_file(const std::filesystem::path& path, Level level_max = Level::x86_64) {
    Decoder decoder;
    ObjectOptions options;
    options.file = "F";
    options.level_max = level_max;
    return audit_object(decoder, test::bytes_of(path), options);
}

bool any_contains(const std::vector<AuditFinding>& findings, const std::string& text) {
    return std::ranges::any_of(findings, [&](const AuditFinding& finding) {
        return to_text(finding).find(text) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("a baseline library uses the baseline") {
    test::Workshop workshop;
    const ObjectAudit audit = audit_file(workshop.library("v1", test::kSumSource, {}));
    CHECK(audit.level_used == Level::x86_64);
    CHECK(audit.leaks.empty());
    CHECK(audit.notes.empty());
}

TEST_CASE("a v3 library has findings at the baseline, named by function, and none at v3") {
    test::Workshop workshop;
    const auto library = workshop.library("v3", test::kSumSource, {"-O3", "-march=x86-64-v3"});
    const ObjectAudit audit = audit_file(library);
    CHECK(audit.level_used == Level::x86_64_v3);
    REQUIRE(audit.leaks.size() == 1);
    CHECK(to_text(audit.leaks[0]).starts_with("F: sum: v"));
    CHECK(to_text(audit.leaks[0]).ends_with(" needs x86_64_v3"));
    CHECK(audit_file(library, Level::x86_64_v3).leaks.empty());
}

TEST_CASE("a stripped library is audited function by function, too") {
    test::Workshop workshop;
    const auto library =
        workshop.library("v3",
                         "__attribute__((noinline)) static int sum(const int *v, int n) {\n"
                         "    int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; return s; }\n"
                         "int plain(int x) { return x + 1; }\n"
                         "int twice(const int *v, int n) { return sum(v, n) * 2; }",
                         {"-O3", "-march=x86-64-v3", "-Wl,-s"});
    const ObjectAudit audit = audit_file(library);
    REQUIRE(audit.leaks.size() == 1);
    CHECK(audit.leaks[0].function.starts_with("function at 0x"));
}

TEST_CASE("identity ignores the build id, the random seed and the place of the sources") {
    test::Workshop workshop;
    const std::string source = test::kSumSource;
    const auto one = workshop.library("one", source, {"-frandom-seed=1", "-Wl,--build-id=0x1234"});
    std::filesystem::create_directories(workshop.path() / "a/much/longer/path");
    workshop.compile("a/much/longer/path/source", source, {"-frandom-seed=2", "-c"});
    workshop.run({"cc", "-O2", "-g3", "-shared", "-fPIC", "-frandom-seed=3", "-Wl,--build-id=sha1",
                  "-o", "two", "a/much/longer/path/source.c"});
    CHECK(test::bytes_of(one) != test::bytes_of(workshop.path() / "two"));
    CHECK(audit_file(one).identity == audit_file(workshop.path() / "two").identity);
}

TEST_CASE("identity sees other instructions, other constants and other order") {
    test::Workshop workshop;
    const std::string source = test::kSumSource;
    const Digest identity = audit_file(workshop.library("one", source, {})).identity;
    CHECK(audit_file(workshop.library("v3", source, {"-O3", "-march=x86-64-v3"})).identity !=
          identity);
    std::string other = source;
    other.replace(other.find("two"), 3, "TWO");
    CHECK(audit_file(workshop.library("other", other, {})).identity != identity);
    const std::string moved = "int last(int x) { return x * 9; }\n" + source;
    const std::string unmoved = source + "int last(int x) { return x * 9; }\n";
    CHECK(audit_file(workshop.library("moved", moved, {})).identity !=
          audit_file(workshop.library("unmoved", unmoved, {})).identity);
}

TEST_CASE("code that the level does not change has one identity at both levels") {
    test::Workshop workshop;
    const std::string source = "int add(int a, int b) { return a + b; }";
    CHECK(audit_file(workshop.library("v1", source, {})).identity ==
          audit_file(workshop.library("v3", source, {"-march=x86-64-v3"})).identity);
}

TEST_CASE("a program, a relocatable object and a static library are audited") {
    test::Workshop workshop;
    const std::string source = std::string(test::kSumSource) + "int scale(int x) { return x; }";
    const auto object = workshop.compile("v3.o", source, {"-c", "-O3", "-march=x86-64-v3"});
    workshop.run({"ar", "rcs", "libv3.a", "v3.o"});
    const ObjectAudit library = audit_file(workshop.path() / "libv3.a");
    CHECK(audit_file(object).leaks.at(0).function == "sum");
    CHECK(to_text(library.leaks.at(0)).starts_with("F(v3.o): sum: "));
    CHECK(library.level_used == Level::x86_64_v3);
    const auto program =
        workshop.compile("program", source + "int main(void) { return twice(0, 0); }", {"-O3"});
    CHECK(audit_file(program).level_used == Level::x86_64);
}

TEST_CASE("arithmetic that no level includes is a leak, what the system is asked about a note") {
    test::Workshop workshop;
    const ObjectAudit audit =
        audit_file(workshop.library("aes",
                                    "#include <immintrin.h>\n"
                                    "__m128i f(__m128i a, __m128i b) { return "
                                    "_mm_aesenc_si128(a, b); }\n"
                                    "int g(unsigned *x) { return _rdrand32_step(x); }",
                                    {"-maes", "-mrdrnd"}));
    REQUIRE(audit.leaks.size() == 1);
    CHECK(any_contains(audit.leaks, "F: f: aesenc at 0x"));
    CHECK(audit.leaks[0].needs == "AES");
    CHECK(any_contains(audit.notes, "F: g: rdrand at 0x"));
    CHECK(audit.level_used == Level::x86_64);
}

TEST_CASE("objects and static libraries are known by their first bytes") {
    const auto is = [](const std::string& text) {
        return is_object(std::vector<std::uint8_t>(text.begin(), text.end()));
    };
    CHECK(is("\177ELF\2\1\1"));
    CHECK(is("!<arch>\n"));
    CHECK_FALSE(is("#!/bin/sh"));
    CHECK_FALSE(is(""));
}

}  // namespace terrace::audit
