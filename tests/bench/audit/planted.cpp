#include "tests/bench/audit/planted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "common/os/child_process.hpp"
#include "worker/audit/audit.hpp"

namespace terrace::bench {
namespace {

namespace fs = std::filesystem;

struct Plant {
    const char* name;
    const char* function;  ///< that leaks
    const char* source;
    std::vector<std::string> flags;
};

constexpr const char* kSum =
    "int sum(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; "
    "return s; }\n";
constexpr const char* kIntrinsics =
    "#include <immintrin.h>\n"
    "__attribute__((target(\"avx2\"), noinline)) int sum(const int *v, int n) {\n"
    "    __m256i s = _mm256_setzero_si256();\n"
    "    for (int i = 0; i + 8 <= n; i += 8)\n"
    "        s = _mm256_add_epi32(s, _mm256_loadu_si256((const __m256i *)(v + i)));\n"
    "    return _mm256_extract_epi32(s, 0); }\n";
constexpr const char* kLocal =
    "#include <immintrin.h>\n"
    "__attribute__((target(\"avx2\"), noinline)) static int sum(const int *v, int n) {\n"
    "    __m256i s = _mm256_loadu_si256((const __m256i *)v);\n"
    "    return _mm256_extract_epi32(_mm256_add_epi32(s, s), 0) + n; }\n"
    "int outer(const int *v, int n) { return sum(v, n) + 1; }\n";
constexpr const char* kPointer =
    "#include <immintrin.h>\n"
    "__attribute__((target(\"avx2\"), noinline)) static int sum(const int *v, int n) {\n"
    "    return _mm256_extract_epi32(_mm256_loadu_si256((const __m256i *)v), 0) + n; }\n"
    "static int slow(const int *v, int n) { return v[0] + n; }\n"
    "int (*chosen)(const int *, int) = slow;\n"
    "void choose(void) { chosen = sum; }\n";
constexpr const char* kInline =
    "int sum(const int *v, int n) { int s = n;\n"
    "    __asm__ volatile(\"vmovdqu (%1), %%ymm0\\n\\tvpaddd %%ymm0, %%ymm0, %%ymm0\\n\\t\"\n"
    "        \"vzeroupper\" : \"+r\"(s) : \"r\"(v) : \"memory\");\n"
    "    return s; }\n";
constexpr const char* kAssembler =
    "__asm__(\".text\\n.globl sum\\n.hidden sum\\n.type sum, @function\\n\"\n"
    "        \"sum: vpaddd %ymm0, %ymm1, %ymm2\\n vzeroupper\\n xor %eax, %eax\\n ret\\n\"\n"
    "        \".size sum, .-sum\\n\");\n"
    "int sum(const int *v, int n);\n"
    "int outer(const int *v, int n) { return sum(v, n) + 1; }\n";
constexpr const char* kAes =
    "#include <wmmintrin.h>\n"
    "__attribute__((target(\"aes\"))) void sum(__m128i *v) { *v = _mm_aesenc_si128(v[0], v[1]); "
    "}\n";
constexpr const char* kWide =
    "#include <immintrin.h>\n"
    "__attribute__((target(\"avx512f\"))) void sum(__m512i *v) {\n"
    "    v[0] = _mm512_add_epi32(v[0], v[1]); }\n";
constexpr const char* kCount = "int sum(unsigned long x) { return __builtin_popcountl(x); }\n";

std::vector<Plant> plants() {
    return {
        {"an AVX2 function without dispatch", "sum", kIntrinsics, {}},
        {"a local AVX2 function without dispatch", "sum", kLocal, {}},
        {"an AVX2 function behind a pointer", "sum", kPointer, {}},
        {"-march=native", "sum", kSum, {"-O3", "-march=native"}},
        {"-march=x86-64-v2", "sum", kCount, {"-march=x86-64-v2"}},
        {"-march=x86-64-v3", "sum", kSum, {"-O3", "-march=x86-64-v3"}},
        {"-march=x86-64-v4", "sum", kSum, {"-O3", "-march=x86-64-v4", "-mprefer-vector-width=512"}},
        {"inline assembler", "sum", kInline, {}},
        {"an assembler function", "sum", kAssembler, {}},
        {"AES-NI", "sum", kAes, {}},
        {"AVX-512", "sum", kWide, {}}};
}

void run(const fs::path& directory, const std::vector<std::string>& command) {
    const os::CapturedRun result =
        os::run_captured({command, os::current_environment(), directory}, std::chrono::minutes(5));
    if (result.exit_code != 0)
        throw std::runtime_error(fmt::format("{} failed: {}", command.front(), result.output));
}

void compile(const fs::path& directory, const Plant& plant) {
    std::ofstream(directory / "plant.c") << plant.source;
    std::ofstream(directory / "main.c")
        << "int sum(); int main(int n, char **v) { return n > 5 ? sum(v, n) : 0; }\n";
    std::vector<std::string> command = {"cc", "-O2", "-fPIC", "-c", "plant.c", "-o", "plant.o"};
    command.insert(command.end(), plant.flags.begin(), plant.flags.end());
    run(directory, command);
    run(directory, {"cc", "-shared", "-o", "library.so", "plant.o"});
    run(directory, {"ar", "rcs", "libplant.a", "plant.o"});
    run(directory, {"strip", "-o", "stripped.so", "library.so"});
    const std::string source = plant.source;
    if (source.find("static int sum") != std::string::npos) return;
    run(directory, {"cc", "-O2", "-o", "program", "main.c", "libplant.a"});
    run(directory, {"strip", "-o", "stripped", "program"});
}

std::uint64_t address_of(const fs::path& file, const std::string& name) {
    std::vector<audit::AuditedFunctions> files;
    audit::audit_files({file}, {Level::x86_64, &files});
    for (const audit::FunctionAudit& function : files.at(0).functions) {
        if (function.name == name) return function.address;
    }
    throw std::runtime_error(file.string() + " has no function " + name);
}

/// `twin`: the same object with its symbols; empty if it is that.
bool is_found(const fs::path& file, const std::string& name, const fs::path& twin) {
    const AuditReport report = audit::audit_files({file}, {});
    const std::string address =
        twin.empty() ? name : fmt::format("function at {:#x}", address_of(twin, name));
    return std::ranges::any_of(leaks_of(report), [&](const AuditFinding& leak) {
        return leak.function == name || leak.function == address;
    });
}

}  // namespace

PlantedResult audit_planted(const fs::path& work) {
    PlantedResult result;
    const auto check = [&](const Plant& plant, const fs::path& file, const fs::path& twin) {
        if (!fs::exists(file)) return;
        ++result.planted;
        if (is_found(file, plant.function, twin)) {
            ++result.found;
        } else {
            result.missed.push_back(fmt::format("{}, in {}", plant.name, file.filename().string()));
        }
    };
    for (const Plant& plant : plants()) {
        const fs::path directory = work / "plant";
        fs::remove_all(directory);
        fs::create_directories(directory);
        compile(directory, plant);
        check(plant, directory / "library.so", "");
        check(plant, directory / "stripped.so", directory / "library.so");
        check(plant, directory / "libplant.a", "");
        check(plant, directory / "program", "");
        check(plant, directory / "stripped", directory / "program");
    }
    return result;
}

}  // namespace terrace::bench
