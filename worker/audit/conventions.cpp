#include "worker/audit/conventions.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace terrace::audit {

namespace {

struct Word {
    std::string_view text;  ///< in lower case, `-` as `_`
    Allowance allows;
    bool begins = false;  ///< letters may follow: avx512vl, skylake_avx512 ...
};

constexpr Allowance kV2{Level::x86_64_v2, false};
constexpr Allowance kV3{Level::x86_64_v3, false};
constexpr Allowance kV4{Level::x86_64_v4, true};     // AVX-512 in names stands for all of its parts
constexpr Allowance kOther{Level::x86_64_v2, true};  // 128-bit: SSE besides
constexpr Allowance kOtherVex{Level::x86_64_v3, true};

/// Instruction sets, levels, and CPUs as -march and target_clones name them.
constexpr Word kWords[] = {
    {"sse3", kV2},
    {"ssse3", kV2},
    {"sse4", kV2},
    {"sse41", kV2},
    {"sse42", kV2},
    {"sse4_1", kV2},
    {"sse4_2", kV2},
    {"popcnt", kV2},
    {"popcount", kV2},
    {"cx16", kV2},
    {"x86_64_v2", kV2},
    {"nehalem", kV2},
    {"core2", kV2},
    {"avx", kV3},
    {"avx1", kV3},
    {"avx2", kV3},
    {"fma", kV3},
    {"fma3", kV3},
    {"bmi", kV3},
    {"bmi1", kV3},
    {"bmi2", kV3},
    {"mulx", kV3},
    {"f16c", kV3},
    {"lzcnt", kV3},
    {"movbe", kV3},
    {"x86_64_v3", kV3},
    {"haswell", kV3},
    {"sandybridge", kV3},
    {"ivybridge", kV3},
    {"avx512", kV4, true},
    {"avx10", kV4, true},
    {"evex", kV4, true},
    {"avx3", kV4, true},
    {"x86_64_v4", kV4},
    {"skylakex", kV4},
    {"skylake_avx512", kV4},
    {"skx", kV4},
    {"cannonlake", kV4},
    {"icelake", kV4, true},
    {"icl", kV4},
    {"knl", kV4},
    {"cascadelake", kV4},
    {"cooperlake", kV4},
    {"tigerlake", kV4},
    {"sapphirerapids", kV4},
    {"znver4", kV4},
    {"zen4", kV4},
    {"znver5", kV4},
    {"amx", kV4, true},
    {"vnni", kV4},
    {"ifma", kV4},
    {"vbmi", kV4},
    {"westmere", kOther},
    {"silvermont", kOther},
    {"goldmont", kOther},
    {"aesni", kOther},
    {"aes_ni", kOther},
    {"aes_hw", kOther},
    {"hw_aes", kOther},
    {"pclmul", kOther},
    {"pclmulqdq", kOther},
    {"clmul", kOther},
    {"sha_ni", kOther},
    {"shani", kOther},
    {"shaext", kOther},
    {"sha_ext", kOther},
    {"sse4a", kOther},
    {"gfni", kOtherVex},
    {"vaes", kOtherVex},
    {"vpclmul", kOtherVex},
    {"vpclmulqdq", kOtherVex},
    {"adx", kOtherVex},
    {"mulx4x", kOtherVex},
    {"mulx_adx", kOtherVex},
    {"fma4", kOtherVex},
    {"xop", kOtherVex},
    {"avx_vnni", kOtherVex},
    {"avxvnni", kOtherVex},
    {"bdver1", kOtherVex},
    {"bdver2", kOtherVex},
    {"bdver3", kOtherVex},
    {"bdver4", kOtherVex},
    {"btver2", kOtherVex},
    {"znver1", kOtherVex},
    {"znver2", kOtherVex},
    {"znver3", kOtherVex},
    {"zen", kOtherVex},
    {"zen2", kOtherVex},
    {"zen3", kOtherVex},
    {"broadwell", kOtherVex},
    {"skylake", kOtherVex},
    {"alderlake", kOtherVex},
};

constexpr std::string_view kBaselineWords[] = {"default",  "generic", "scalar", "baseline",
                                               "fallback", "sse2",    "x86_64"};

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/// Where a word may begin: "fma" is in "dot_fma" and in "7fma3E", and not in "sigfmark".
std::vector<std::string_view> beginnings_of(std::string_view name) {
    std::vector<std::string_view> beginnings;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (is_letter(name[at]) && (at == 0 || !is_letter(name[at - 1])))
            beginnings.push_back(name.substr(at));
    }
    return beginnings;
}

/// In mangled names the length of what follows stands behind a word: "7haswell14implementation".
bool is_word(std::string_view beginning, std::string_view word, bool letters_may_follow) {
    if (beginning.front() != word.front() || !beginning.starts_with(word)) return false;
    return letters_may_follow || beginning.size() == word.size() ||
           !is_letter(beginning[word.size()]);
}

/// The vector function ABI: "_ZGVdN4v_cos" is for AVX2, as the fifth letter says.
Allowance allowance_of_vector_function(std::string_view function) {
    if (!function.starts_with("_ZGV") || function.size() < 5) return {};
    switch (function[4]) {
        case 'c':
        case 'd': return kV3;
        case 'e': return kV4;
        default: return {};
    }
}

std::string folded(std::string_view name) {
    std::string text(name);
    std::ranges::transform(text, text.begin(), [](char c) {
        if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
        return c == '-' ? '_' : c;
    });
    return text;
}

}  // namespace

Allowance wider(Allowance a, Allowance b) {
    return {std::max(a.level, b.level), a.any_extension || b.any_extension};
}

Allowance narrower(Allowance a, Allowance b) {
    return {std::min(a.level, b.level), a.any_extension && b.any_extension};
}

Allowance allowance_of_name(std::string_view function) {
    const std::string name = folded(function);
    Allowance allowance = allowance_of_vector_function(function);
    for (const std::string_view beginning : beginnings_of(name)) {
        for (const Word& word : kWords) {
            if (is_word(beginning, word.text, word.begins))
                allowance = wider(allowance, word.allows);
        }
    }
    return allowance;
}

bool is_baseline_name(std::string_view function) {
    const std::string name = folded(function);
    const auto begins = [](std::string_view beginning) {
        return std::ranges::any_of(
            kBaselineWords, [&](std::string_view word) { return is_word(beginning, word, false); });
    };
    return std::ranges::any_of(beginnings_of(name), begins);
}

Level level_of_hwcaps_path(std::string_view path) {
    if (path.find("/glibc-hwcaps/x86-64-v4/") != std::string_view::npos) return Level::x86_64_v4;
    if (path.find("/glibc-hwcaps/x86-64-v3/") != std::string_view::npos) return Level::x86_64_v3;
    if (path.find("/glibc-hwcaps/x86-64-v2/") != std::string_view::npos) return Level::x86_64_v2;
    return Level::none;
}

}  // namespace terrace::audit
