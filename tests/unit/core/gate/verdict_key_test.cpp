#include "scheduler/core/gate/verdict_key.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

namespace terrace::core {
namespace {

VerdictSubject a_subject() {
    return {.release = "f45",
            .package = "zlib",
            .epoch = 1,
            .version = "1.3",
            .variant = "x86_64_v3",
            .vendor = "GenuineIntel",
            .flags = {"b", "v"},
            .compilers = {{"gcc-15.1-1.fc45.x86_64"}, {"gcc-15.1-1.fc45.x86_64"}},
            .benchmark = {std::string(64, 'd')}};
}

}  // namespace

TEST_CASE("whatever a verdict is about makes another key") {
    const std::vector<std::function<void(VerdictSubject&)>> changes = {
        [](VerdictSubject&) {},
        [](VerdictSubject& s) { s.release = "f46"; },
        [](VerdictSubject& s) { s.package = "zlib-ng"; },
        [](VerdictSubject& s) { s.epoch = 2; },
        [](VerdictSubject& s) { s.version = "1.3.1"; },
        [](VerdictSubject& s) { s.variant = "x86_64_v4"; },
        [](VerdictSubject& s) { s.vendor = ""; },
        [](VerdictSubject& s) { s.flags[0] = "v"; },
        [](VerdictSubject& s) { s.flags[1] = "b"; },
        [](VerdictSubject& s) { s.compilers[0][0] = "gcc-15.2-1.fc45.x86_64"; },
        [](VerdictSubject& s) { s.compilers[1].push_back("rust-1.90-1.fc45.x86_64"); },
        [](VerdictSubject& s) { s.benchmark.hex[0] = 'e'; }};
    std::set<std::string> keys;
    for (const auto& change : changes) {
        VerdictSubject subject = a_subject();
        change(subject);
        const std::string key = verdict_key(subject);
        CHECK(key.size() == 64);
        keys.insert(key);
    }
    CHECK(keys.size() == changes.size());
}

TEST_CASE("texts that only together are the same make another key") {
    VerdictSubject one = a_subject();
    one.release = "f4";
    one.package = "5zlib";
    CHECK(verdict_key(one) != verdict_key(a_subject()));
}

TEST_CASE("of a build root the compilers are known by name") {
    CHECK(compilers_among({"zlib-1.3-1.x86_64", "rust-1.90-1.x86_64", "gcc-c++-15.1-1.x86_64",
                           "libgcc-15.1-1.x86_64", "clang18-18.1-1.x86_64",
                           "gcc-toolset-14-gcc-14.2-1.x86_64", "bash-5.2-1.x86_64"}) ==
          std::vector<std::string>{"clang18-18.1-1.x86_64", "gcc-c++-15.1-1.x86_64",
                                   "gcc-toolset-14-gcc-14.2-1.x86_64", "rust-1.90-1.x86_64"});
    CHECK(compilers_among({}).empty());
}

}  // namespace terrace::core
