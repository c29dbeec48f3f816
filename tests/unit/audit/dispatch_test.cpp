// Run-time dispatch as compilers and people write it, compiled by this host's compiler, stripped
// and not; and code that only looks like it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/object_audit.hpp"

namespace terrace::audit {

namespace {

constexpr const char* kFast =
    "#include <immintrin.h>\n"
    "__attribute__((target(\"avx2\"), noinline)) static int quick(const int *v, int n) {\n"
    "    __m256i s = _mm256_setzero_si256();\n"
    "    for (int i = 0; i + 8 <= n; i += 8) s = _mm256_add_epi32(s, "
    "_mm256_loadu_si256((const __m256i *)(v + i)));\n"
    "    return _mm256_extract_epi32(s, 0); }\n"
    "static int slow(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i]; "
    "return s; }\n";

ObjectAudit audit_file(const std::filesystem::path& path) {
    Decoder decoder;
    ObjectOptions options;
    options.file = "F";
    return audit_object(decoder, test::bytes_of(path), options);
}

/// The names of what leaks, of a library as it is and stripped.
std::vector<std::string> leaks_of(const std::string& source,
                                  const std::vector<std::string>& arguments,
                                  bool stripped) {
    test::Workshop workshop;
    std::vector<std::string> all = arguments;
    if (stripped) all.emplace_back("-Wl,-s");
    const ObjectAudit audit = audit_file(workshop.library("toy", source, all));
    std::vector<std::string> names;
    for (const AuditFinding& leak : audit.leaks) names.push_back(leak.function);
    return names;
}

}  // namespace

TEST_CASE("the targets of a resolver are dispatched, with and without symbols") {
    const std::string source = std::string(kFast) +
                               "typedef int sum_t(const int *, int);\n"
                               "static sum_t *choose(void) { __builtin_cpu_init();\n"
                               "    return __builtin_cpu_supports(\"avx2\") ? quick : slow; }\n"
                               "int sum(const int *v, int n) __attribute__((ifunc(\"choose\")));\n";
    CHECK(leaks_of(source, {}, false).empty());
    CHECK(leaks_of(source, {}, true).empty());
}

TEST_CASE("the target that is left for all other CPUs is not dispatched") {
    const std::string source = std::string(kFast) +
                               "typedef int sum_t(const int *, int);\n"
                               "static sum_t *choose(void) { __builtin_cpu_init();\n"
                               "    return __builtin_cpu_supports(\"avx2\") ? quick : slow; }\n"
                               "int sum(const int *v, int n) __attribute__((ifunc(\"choose\")));\n";
    // All of it for v3: somebody has to run `slow` on an old CPU.
    CHECK(leaks_of(source, {"-O3", "-march=x86-64-v3"}, false).size() == 1);
    CHECK(leaks_of(source, {"-O3", "-march=x86-64-v3"}, true).size() == 1);
    const std::string clones =
        "__attribute__((target_clones(\"avx512f\", \"default\")))\n"
        "int sum(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; "
        "return s; }";
    CHECK(leaks_of(clones, {"-O3", "-march=x86-64-v3"}, true).size() == 1);
    const auto named = leaks_of(clones, {"-O3", "-march=x86-64-v3"}, false);
    REQUIRE(named.size() == 1);
    CHECK(named[0] == "sum.default");
}

TEST_CASE("a resolver in a program that is linked to one address is understood") {
    test::Workshop workshop;
    const std::string source = std::string(kFast) +
                               "typedef int sum_t(const int *, int);\n"
                               "static sum_t *choose(void) { __builtin_cpu_init();\n"
                               "    return __builtin_cpu_supports(\"avx2\") ? quick : slow; }\n"
                               "int sum(const int *v, int n) __attribute__((ifunc(\"choose\")));\n"
                               "int main(int n, char **v) { return sum((const int *)v, n); }\n";
    const auto program = workshop.compile("toy", source, {"-no-pie", "-fno-pie", "-Wl,-s"});
    CHECK(audit_file(program).leaks.empty());
    const auto object = workshop.compile("toy.o", source, {"-c"});
    CHECK(audit_file(object).leaks.empty());
}

TEST_CASE("target_clones are dispatched") {
    const std::string source =
        "__attribute__((target_clones(\"avx2\", \"avx512f\", \"default\"), optimize(\"O3\")))\n"
        "int sum(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; "
        "return s; }";
    CHECK(leaks_of(source, {}, false).empty());
    CHECK(leaks_of(source, {}, true).empty());
}

TEST_CASE("a helper that only dispatched code calls is dispatched, another is not") {
    const std::string helper =
        "#include <immintrin.h>\n"
        "__attribute__((target(\"avx2\"), noinline)) static __m256i step(__m256i a, __m256i b) {\n"
        "    return _mm256_add_epi32(_mm256_slli_epi32(a, 3), b); }\n"
        "__attribute__((target(\"avx2\"))) void run_avx2(__m256i *v) { *v = step(*v, v[1]); }\n";
    CHECK(leaks_of(helper, {}, false).empty());
    auto leaks = leaks_of(helper +
                              "__attribute__((target(\"avx2\"))) void plain(__m256i *v) {\n"
                              "    v[1] = step(*v, v[1]); }\n",
                          {}, false);
    std::ranges::sort(leaks);
    CHECK(leaks == std::vector<std::string>{"plain", "step"});
}

TEST_CASE("a table of pointers is no dispatch") {
    const std::string source =
        std::string(kFast) +
        "int (*table)(const int *, int) = slow;\n"
        "void init(void) { __builtin_cpu_init(); if (__builtin_cpu_supports(\"avx2\")) table = "
        "quick; }\n";
    CHECK(leaks_of(source, {}, false) == std::vector<std::string>{"quick"});
    const auto stripped = leaks_of(source, {}, true);
    REQUIRE(stripped.size() == 1);
    CHECK(stripped[0].starts_with("function at 0x"));
}

TEST_CASE("a name allows its own level and no more") {
    const std::string source =
        "#include <immintrin.h>\n"
        "__attribute__((target(\"avx512f\"))) void add_avx2(__m512i *v) {\n"
        "    v[0] = _mm512_add_epi32(v[0], v[1]); }\n";
    CHECK(leaks_of(source, {}, false) == std::vector<std::string>{"add_avx2"});
}

TEST_CASE("inline assembler leaks, between functions and in them, stripped or not") {
    const std::string inside =
        "void plain(int *v) { __asm__ volatile(\"vpaddd %%ymm0, %%ymm1, %%ymm2\\n\\tvzeroupper\" "
        "::: \"memory\"); v[0] = 1; }\n";
    CHECK(leaks_of(inside, {}, false) == std::vector<std::string>{"plain"});
    CHECK(leaks_of(inside, {}, true) == std::vector<std::string>{"plain"});
    const std::string between =
        "__asm__(\".text\\n.local hidden_code\\nhidden_code: vpaddd %ymm0, %ymm1, %ymm2\\n "
        "ret\\n\");\n"
        "void hidden_code(void);\n"
        "void plain(int *v) { hidden_code(); v[0] = 1; }\n";
    const auto leaks = leaks_of(between, {}, true);
    REQUIRE(leaks.size() == 1);
    CHECK(leaks[0].starts_with("function at 0x"));
}

TEST_CASE("a member of a static library leaks by its name") {
    test::Workshop workshop;
    workshop.compile("fast.o", "unsigned fast(unsigned x) { return __builtin_clz(x); }",
                     {"-c", "-march=x86-64-v3"});
    workshop.compile("slow.o", "unsigned slow(unsigned x) { return x + 1; }", {"-c"});
    workshop.run({"ar", "rcs", "libtoy.a", "slow.o", "fast.o"});
    const ObjectAudit audit = audit_file(workshop.path() / "libtoy.a");
    REQUIRE(audit.leaks.size() == 1);
    CHECK(audit.leaks[0].file == "F(fast.o)");
    CHECK(audit.leaks[0].function == "fast");
}

TEST_CASE("the note of a needed level is compared with the level") {
    test::Workshop workshop;
    const auto library =
        workshop.library("toy", "int one(void) { return 1; }", {"-march=x86-64-v3", "-mneeded"});
    const ObjectAudit audit = audit_file(library);
    REQUIRE(audit.leaks.size() == 1);
    CHECK(audit.leaks[0].kind == AuditFindingKind::property);
    CHECK(to_text(audit.leaks[0]) == "F: .note.gnu.property needs x86_64_v3");
}

TEST_CASE("an object without section headers is audited by its segments") {
    test::Workshop workshop;
    const auto library = workshop.library("toy", test::kSumSource, {"-O3", "-march=x86-64-v3"});
    std::vector<std::uint8_t> content = test::bytes_of(library);
    for (const std::size_t field : {0x28u, 0x29u, 0x2au, 0x2bu, 0x3cu, 0x3du, 0x3eu, 0x3fu})
        content[field] = 0;  // e_shoff, e_shnum, e_shstrndx
    Decoder decoder;
    const ObjectAudit audit = audit_object(decoder, content, {});
    CHECK(audit.level_used == Level::x86_64_v3);
    CHECK_FALSE(audit.leaks.empty());
}

}  // namespace terrace::audit
