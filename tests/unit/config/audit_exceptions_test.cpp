#include <doctest/doctest.h>

#include <string>

#include "common/runtime/audit_exceptions.hpp"
#include "common/runtime/yaml_reader.hpp"

namespace terrace::runtime {

namespace {

std::string error_of(const std::string& entry) {
    try {
        audit_exceptions_of("exceptions:\n  - object: libx.so\n    reason: because\n" + entry, "e");
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("each function and each range of an entry is an exception") {
    const auto exceptions = audit_exceptions_of(
        "exceptions:\n"
        "  - object: libx.so.*\n    functions: [a_*, b]\n    reason: one\n"
        "  - object: liby.so.*\n    build_id: ab12\n    ranges: [0x10-0x20, 0x30-0x40]\n"
        "    reason: two\n",
        "e");
    REQUIRE(exceptions.size() == 4);
    CHECK(exceptions[1] == AuditException{"libx.so.*", "b", "", 0, 0, "one"});
    CHECK(exceptions[3] == AuditException{"liby.so.*", "", "ab12", 0x30, 0x40, "two"});
}

TEST_CASE("an entry that would cover too much, or nothing, is an error that says so") {
    CHECK(error_of("").find("which functions, or which ranges") != std::string::npos);
    CHECK(error_of("    ranges: [0x10-0x20]\n").find("need a build_id") != std::string::npos);
    CHECK(error_of("    build_id: ab\n    ranges: [10-20]\n").find("no range") !=
          std::string::npos);
    CHECK(error_of("    build_id: ab\n    ranges: [0x20-0x10]\n").find("no range") !=
          std::string::npos);
    CHECK(error_of("    functions: [a]\n    funktions: [b]\n").find("funktions") !=
          std::string::npos);
}

TEST_CASE("the exceptions that are shipped are valid") {
    const auto exceptions = read_audit_exceptions("deploy/audit-exceptions.yaml");
    CHECK_FALSE(exceptions.empty());
    for (const AuditException& exception : exceptions) {
        CAPTURE(exception.object);
        CHECK(exception.object != "*");
        CHECK(exception.reason.size() > 20);
    }
}

}  // namespace terrace::runtime
