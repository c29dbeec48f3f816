#include <doctest/doctest.h>

#include "worker/audit/conventions.hpp"

namespace terrace::audit {

TEST_CASE("a function's name says what it may use") {
    struct Row {
        const char* name;
        Level level;
        bool any_extension = false;
    };
    const Row rows[] = {
        {"sum_avx2", Level::x86_64_v3},
        {"sum.avx2", Level::x86_64_v3},
        {"sum.avx512f", Level::x86_64_v4, true},
        {"sum.arch_haswell.0", Level::x86_64_v3},
        {"sum.arch_x86_64_v3", Level::x86_64_v3},
        {"sum.arch_x86-64-v4.0", Level::x86_64_v4},
        {"sum_avx2.cold", Level::x86_64_v3},
        {"sum_avx2.constprop.0", Level::x86_64_v3},
        {"__memmove_avx_unaligned_erms", Level::x86_64_v3},
        {"__memmove_avx512_no_vzeroupper", Level::x86_64_v4, true},
        {"__strlen_evex", Level::x86_64_v4, true},
        {"__strcspn_sse42", Level::x86_64_v2},
        {"__memcpy_ssse3", Level::x86_64_v2},
        {"__sin_fma", Level::x86_64_v3},
        {"__sin_fma4", Level::x86_64_v3, true},
        {"aesni_ecb_encrypt", Level::x86_64_v2, true},
        {"_ZN8simdjson7haswell14implementation5parseEv", Level::x86_64_v3},
        {"_ZN3jxl6N_AVX214TransformBlockEv", Level::x86_64_v3},
        {"_ZGVdN4v_cos", Level::x86_64_v3},
        {"_ZGVeN8v_cos", Level::x86_64_v4, true},
        {"_ZGVbN2v_cos", Level::none},
        {"sum", Level::none},
        {"sum_sse2", Level::none},
        {"sigfmark", Level::none},
        {"havxing", Level::none},
        {"", Level::none},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const Allowance allowance = allowance_of_name(row.name);
        CHECK(allowance.level == row.level);
        if (row.level != Level::none && row.level != Level::x86_64_v4)
            CHECK(allowance.any_extension == row.any_extension);
    }
}

TEST_CASE("a name may say that the function is for every CPU") {
    for (const char* name : {"sum.default", "sum.default.1", "__strlen_sse2", "sum_generic"})
        CHECK(is_baseline_name(name));
    for (const char* name : {"sum", "sum_avx2", "defaults", "sum_sse42"})
        CHECK_FALSE(is_baseline_name(name));
}

TEST_CASE("what two allow is what both have; what one of them allows is what either has") {
    const Allowance a{Level::x86_64_v3, false};
    const Allowance b{Level::x86_64_v2, true};
    CHECK(narrower(a, b) == Allowance{Level::x86_64_v2, false});
    CHECK(wider(a, b) == Allowance{Level::x86_64_v3, true});
    CHECK(narrower(a, {}) == Allowance{});
}

}  // namespace terrace::audit
