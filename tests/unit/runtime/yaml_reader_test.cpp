#include "common/runtime/yaml_reader.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "common/vocab/level.hpp"

using namespace terrace;
using namespace std::chrono_literals;
using runtime::ConfigError;
using runtime::YamlMap;

namespace {

YamlMap read(const std::string& text) {
    return YamlMap::from_text(text, "test.yaml");
}

/// The error that `get` meets in `text`.
std::string error_of(const std::string& text, const std::function<void(YamlMap&)>& get) {
    try {
        YamlMap map = read(text);
        get(map);
        map.done();
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("values of every type are read") {
    YamlMap map = read(
        "text: some words\nversion: 1.10\nwhole: -12\nnumber: 0.25\nflag: true\n"
        "duration: 10m\nlevel: x86_64_v3\ntexts: [a, '2']\ndir: sub/dir\n"
        "map: {inner: 1}\nmaps:\n  - name: one\n  - name: two\n");
    CHECK(map.text("text") == "some words");
    CHECK(map.text("version") == "1.10");
    CHECK(map.whole("whole") == -12);
    CHECK(map.number("number") == 0.25);
    CHECK(map.number("whole") == -12.0);
    CHECK(map.flag("flag"));
    CHECK(map.duration("duration") == 10min);
    CHECK(map.word<Level>("level") == Level::x86_64_v3);
    CHECK(map.texts("texts") == std::vector<std::string>{"a", "2"});
    CHECK(map.path("dir") == std::filesystem::current_path() / "sub/dir");
    YamlMap inner = map.map("map");
    CHECK(inner.whole("inner") == 1);
    inner.done();
    std::vector<YamlMap> maps = map.maps("maps");
    REQUIRE(maps.size() == 2);
    CHECK(maps[1].text("name") == "two");
    map.done();
}

TEST_CASE("a missing key takes the default of a getter that has one") {
    YamlMap map = read("other: 1\n");
    CHECK(map.text_or("a", "x") == "x");
    CHECK(map.whole_or("b", 7, 0, 5) == 7);
    CHECK(map.number_or("c", 0.5) == 0.5);
    CHECK(map.flag_or("d", true));
    CHECK(map.duration_or("e", 3s) == 3s);
    CHECK(map.word_or("f", Level::none) == Level::none);
    CHECK(map.texts_or("g", {"t"}) == std::vector<std::string>{"t"});
    CHECK(map.path_or("h", "/x") == "/x");
    CHECK(map.map_or_empty("i").whole_or("j", 9) == 9);
    CHECK_FALSE(map.has("k"));
    CHECK(map.has("other"));
    map.done();
}

TEST_CASE("errors name file, line and key") {
    const auto nothing = [](YamlMap&) {};
    CHECK(error_of("a: 1\n\nb: 2\n", [](YamlMap& m) { m.whole("a"); }) ==
          "test.yaml:3: key 'b': is not known; known here: a");
    CHECK(error_of("a: 1\nb: 2\na: 3\n", nothing) == "test.yaml:3: key 'a' is there twice");
    CHECK(error_of("x:\n  y: 1\n  y: 1\n", nothing) == "test.yaml:3: key 'y' is there twice");
    CHECK(error_of("a: 1\n", [](YamlMap& m) { m.text("b"); }) ==
          "test.yaml:1: key 'b': is missing");
    CHECK(error_of("a: 1\nb:\n", [](YamlMap& m) { m.text_or("b", ""); }) ==
          "test.yaml:2: key 'b': has no value");
    CHECK(error_of("a:\n  - b: 1\n  - b: x\n", [](YamlMap& m) { m.maps("a")[1].whole("b"); }) ==
          "test.yaml:3: key 'a[1].b': must be a whole number, not 'x'");
    CHECK(error_of("a:\n  b: 1\n", [](YamlMap& m) { m.map("a").map("b"); }) ==
          "test.yaml:2: key 'a.b' must be a map of keys and values");
    CHECK(error_of("a: [x,\n [y]]\n", [](YamlMap& m) { m.texts("a"); }) ==
          "test.yaml:2: key 'a': must be a list of texts");
    CHECK(error_of("- a\n", nothing) == "test.yaml:1: the file must be a map of keys and values");
    CHECK(error_of("", nothing) == "test.yaml:1: the file is empty");
    CHECK(error_of("a: 1\n---\nb: 1\n", nothing) ==
          "test.yaml:3: the file has more than one document");
    CHECK(error_of("a: 1\nb: [\n", nothing).starts_with("test.yaml:"));
    CHECK(error_of("a: v5\n", [](YamlMap& m) { m.word<Level>("a"); }) ==
          "test.yaml:1: key 'a': 'v5' is none of: none, x86_64, x86_64_v2, x86_64_v3, x86_64_v4");
}

TEST_CASE("what YAML would bend into a type is refused") {
    const auto whole = [](YamlMap& m) { m.whole("a", 0, 100); };
    for (const char* value : {"010", "0x10", "1.0", "12x", "'12'", "-1", "101", "1_0", "+1", "[1]",
                              "9999999999999999999999"}) {
        CAPTURE(value);
        CHECK(error_of(std::string("a: ") + value + "\n", whole)
                  .starts_with("test.yaml:1: key 'a':"));
    }
    for (const char* value : {"yes", "no", "on", "True", "'true'", "1", "~"}) {
        CAPTURE(value);
        CHECK(error_of(std::string("a: ") + value + "\n", [](YamlMap& m) { m.flag("a"); }) !=
              "no error");
    }
    for (const char* value : {"nan", "inf", "1e999", "0.1.2", "'1'"}) {
        CAPTURE(value);
        CHECK(error_of(std::string("a: ") + value + "\n", [](YamlMap& m) { m.number("a"); }) !=
              "no error");
    }
    CHECK(error_of("a: 60\n", [](YamlMap& m) { m.duration("a"); }) != "no error");
    CHECK(error_of("b: &x {k: 1}\na: {<<: *x}\n", [](YamlMap& m) {
              m.has("b");
              m.map("a").done();
          }) == "test.yaml:2: key 'a.<<': is not known; known here: ");
}

TEST_CASE("a small file cannot stand for a huge tree") {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int j = 0; j < 9; ++j) text += ", " + before;
        text += "]\n";
    }
    CHECK(error_of(text, [](YamlMap&) {}).find("too many values") != std::string::npos);
}

TEST_CASE("deep nesting is an error and not a crash") {
    const std::string text = "a: " + std::string(100'000, '[') + "\n";
    const std::string error = error_of(text, [](YamlMap&) {});
    CAPTURE(error);
    CHECK(error.starts_with("test.yaml:"));
}

TEST_CASE("a file that cannot be read is named") {
    CHECK_THROWS_WITH_AS(YamlMap::from_file("/no/such.yaml"), doctest::Contains("/no/such.yaml"),
                         ConfigError);
    CHECK_THROWS_WITH_AS(YamlMap::from_file("/tmp"), doctest::Contains("/tmp"), ConfigError);
}
