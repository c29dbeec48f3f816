#pragma once

#include <string_view>

#include "common/vocab/level.hpp"

namespace terrace::audit {

/// What a function may use because of how it came to be called.
struct Allowance {
    Level level = Level::none;   ///< none: it is not dispatched
    bool any_extension = false;  ///< extensions that no level includes, too
    friend bool operator==(const Allowance&, const Allowance&) = default;
};

/// The wider of both in each respect.
Allowance wider(Allowance a, Allowance b);
/// What both allow.
Allowance narrower(Allowance a, Allowance b);

/// What a function's name says: "memmove_avx_unaligned", "sum.avx512f", "f.arch_haswell.0",
/// "_ZN5simd7haswell3sumEv", "aesni_ecb_encrypt". Who names a function so means to choose it at run
/// time; one table has all words. `{}` for a name without any.
Allowance allowance_of_name(std::string_view function);

/// True for a name that says that the function is for every CPU: "sum.default", "strlen_sse2".
bool is_baseline_name(std::string_view function);

/// Of a path: "/usr/lib64/glibc-hwcaps/x86-64-v3/libx.so.1" is loaded by CPUs of v3 only.
Level level_of_hwcaps_path(std::string_view path);

}  // namespace terrace::audit
