// The identity of code, with real compilers: what may change it and what may not.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/object_audit.hpp"

namespace terrace::audit {

namespace {

constexpr const char* kSource =
    "#include <stdio.h>\n#include <string.h>\n"
    "static int counter = 3;\n"
    "static int one(int x) { return x * 3 + counter; }\n"
    "static int two(int x) { return x * 5 - counter; }\n"
    "static int (*const table[])(int) = {one, two};\n"
    "int choose(int i, int x) { return table[i & 1](x); }\n"
    "int size(const char *a) { return (int)strlen(a); }\n"
    "void say(const char *a) { puts(a); puts(\"done\"); }\n";

Digest identity_of(const std::filesystem::path& path) {
    Decoder decoder;
    return audit_object(decoder, test::bytes_of(path), {}).identity;
}

/// As a build farm does it: its own directory, its own time, debug information, a build id.
std::filesystem::path built(test::Workshop& workshop,
                            const std::string& directory,
                            const std::string& source,
                            const std::vector<std::string>& more = {}) {
    std::filesystem::create_directories(workshop.path() / directory);
    std::vector<std::string> arguments = {"-c", "-fPIC"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    workshop.compile(directory + "/source.o", source, arguments);
    workshop.run({"cc", "-shared", "-Wl,--build-id=sha1", "-o", directory + "/lib.so",
                  directory + "/source.o"});
    return workshop.path() / directory / "lib.so";
}

std::string with(const std::string& from, const std::string& to) {
    std::string source = kSource;
    source.replace(source.find(from), from.size(), to);
    return source;
}

}  // namespace

TEST_CASE("a rebuild elsewhere and later is identical, stripped or not, linked or not") {
    test::Workshop workshop;
    const auto one = built(workshop, "one", kSource);
    const auto two = built(workshop, "a/longer/path/for/two", kSource, {"-frandom-seed=2"});
    CHECK(test::bytes_of(one) != test::bytes_of(two));
    CHECK(identity_of(one) == identity_of(two));
    CHECK(identity_of(workshop.path() / "one/source.o") ==
          identity_of(workshop.path() / "a/longer/path/for/two/source.o"));
    workshop.run({"strip", one.string(), two.string()});
    CHECK(identity_of(one) == identity_of(two));
}

TEST_CASE("a larger header moves all addresses and changes no identity") {
    test::Workshop workshop;
    const auto one = built(workshop, "one", kSource);
    workshop.run({"cc", "-shared",
                  "-Wl,--build-id=0x00112233445566778899aabbccddeeff00112233445566"
                  "778899aabbccddeeff00112233445566778899aabbccddeeff",
                  "-Wl,-soname,a-name-that-is-much-longer-than-none.so.1", "-o", "moved",
                  "one/source.o"});
    CHECK(identity_of(one) == identity_of(workshop.path() / "moved"));
}

TEST_CASE("one instruction, one call, one constant or one pointer more or other is seen") {
    test::Workshop workshop;
    const Digest identity = identity_of(built(workshop, "one", kSource));
    const auto differs = [&](const std::string& from, const std::string& to) {
        CAPTURE(to);
        CHECK(identity_of(built(workshop, "other", with(from, to))) != identity);
    };
    differs("x * 3 + counter", "x * 3 - counter");
    differs("x * 3 + counter", "x * 7 + counter");
    differs("counter = 3", "counter = 4");
    differs("puts(\"done\")", "puts(\"gone\")");
    differs("{one, two}", "{two, one}");
    differs("(int)strlen(a)", "(int)strcspn(a, a)");
    differs("void say(const char *a) { puts(a);", "void say(const char *a) { perror(a);");
}

TEST_CASE("the identity of a function is its own") {
    test::Workshop workshop;
    const auto functions = [&](const std::string& directory, const std::string& source) {
        Decoder decoder;
        ObjectOptions options;
        options.lists_functions = true;
        std::map<std::string, Digest> identities;
        for (const FunctionAudit& function :
             audit_object(decoder, test::bytes_of(built(workshop, directory, source)), options)
                 .function_list) {
            identities[function.name] = function.identity;
        }
        return identities;
    };
    auto one = functions("one", kSource);
    auto other = functions("other", with("x * 3 + counter", "x * 7 + counter"));
    CHECK(one.at("one") != other.at("one"));
    CHECK(one.at("two") == other.at("two"));
    CHECK(one.at("size") == other.at("size"));
}

}  // namespace terrace::audit
