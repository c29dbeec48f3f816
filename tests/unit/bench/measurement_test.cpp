#include <doctest/doctest.h>

#include "worker/bench/measurement.hpp"

namespace terrace::bench {

namespace {

constexpr const char* kLine =
    R"({"exit_code":3,"wall_us":20,"user_us":11,"system_us":7,"memory_peak_bytes":4096})";
const Measurement kMeasured = {3, 20, 11, 7, 4096};

}  // namespace

TEST_CASE("a measurement is found among mock's own lines and behind its prefixes") {
    const std::string line = kLine;
    CHECK(find_measurement(line) == kMeasured);
    CHECK(find_measurement("INFO: mock.py version 6.7\nINFO: " + line + "\nFinish: chroot\n") ==
          kMeasured);
    CHECK(find_measurement(line + "\r\nINFO: Child return code was: 0\n") == kMeasured);
    CHECK(find_measurement("{\"exit_code\":9}\n" + line) == kMeasured);
}

TEST_CASE("what is no measurement is none") {
    CHECK_FALSE(find_measurement(""));
    CHECK_FALSE(find_measurement("ERROR: Build root is locked by another process.\n"));
    CHECK_FALSE(find_measurement("{\"exit_code\":3,\"wall_us\":20\n}"));
    CHECK_FALSE(find_measurement("{\"exit_code\":\"none\"}"));
}

TEST_CASE("what a command printed is told apart from what mock says around it") {
    const std::string line = kLine;
    const std::string before =
        "INFO: Executing: echo terrace-output-follows; x\nINFO: terrace-output-follows\n";
    CHECK(shown_output(before + "one\ntwo\n" + line + "\nINFO: Child return code was: 0\n") ==
          "one\ntwo");
    CHECK(shown_output(before + line + "\n").empty());
    CHECK(shown_output(before + "one\n") == "one\n");
    CHECK(shown_output("ERROR: no root\n") == "ERROR: no root\n");
    CHECK(shown_output("").empty());
}

TEST_CASE("the text behind a marker ends with its line") {
    CHECK(find_after("INFO: terrace-corpus ab\nINFO: terrace-corpus cd\nx", "terrace-corpus ") ==
          "cd");
    CHECK(find_after("terrace-corpus ", "terrace-corpus ") == "");
    CHECK_FALSE(find_after("nothing", "terrace-corpus "));
}

TEST_CASE("the last lines come in their order, without empty ones") {
    CHECK(last_lines("a\nb\n\nc\n\n", 2) == "b | c");
    CHECK(last_lines("a\nb", 5) == "a | b");
    CHECK(last_lines("\n\n", 5).empty());
    CHECK(last_lines("", 5).empty());
}

TEST_CASE("whatever is in a command is one word for the shell") {
    CHECK(quoted("a b") == "'a b'");
    CHECK(quoted("it's $HOME") == R"('it'\''s $HOME')");
    CHECK(command_line({"/bin/bash", "-c", "x y"}) == "'/bin/bash' '-c' 'x y'");
}

}  // namespace terrace::bench
