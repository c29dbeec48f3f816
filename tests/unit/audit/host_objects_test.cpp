// Real libraries of this host, which are stripped, and dispatch by ifunc.
#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/object_audit.hpp"

namespace terrace::audit {

namespace {

std::optional<std::filesystem::path> library(const std::string& name) {
    for (const char* directory :
         {"/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/", "/usr/lib64/"}) {
        if (std::filesystem::exists(directory + name)) return directory + name;
    }
    return std::nullopt;
}

}  // namespace

// Of glibc 2.36's libm one function is left that nothing mentions (__sincos_avx), so no resolver
// speaks for it; with its -debuginfo the name does.
TEST_CASE(
    "libstdc++ has no leak at the baseline, libm one for twenty dispatched functions at most") {
    for (const char* name : {"libm.so.6", "libstdc++.so.6"}) {
        CAPTURE(name);
        const auto path = library(name);
        REQUIRE(path);
        Decoder decoder;
        ObjectOptions options;
        options.file = name;
        const ObjectAudit audit = audit_object(decoder, test::bytes_of(*path), options);
        CHECK(audit.leaks.size() * 20 <= audit.functions_dispatched);
        for (const AuditFinding& leak : audit.leaks)
            CHECK(leak.function.starts_with("function at "));
        CHECK(audit.functions > 100);
        if (std::string(name) == "libm.so.6") {
            CHECK(audit.functions_dispatched > 20);
            CHECK(audit.level_dispatched >= Level::x86_64_v3);
        }
    }
}

}  // namespace terrace::audit
