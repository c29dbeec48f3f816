#include "cli/output/table.hpp"

#include <doctest/doctest.h>

using namespace terrace::cli;

namespace {

Table a_table() {
    Table table({{"PACKAGE"}, {"BUILDS", Align::right}, {"REASON"}});
    table.add({{"lame"}, {"2"}, {"faster"}});
    table.add({{"größe日本"}, {"12345678"}, {""}});
    return table;
}

}  // namespace

TEST_CASE("columns are aligned by what a terminal shows, not by bytes") {
    CHECK(a_table().render({}) ==
          "PACKAGE      BUILDS  REASON\n"
          "lame              2  faster\n"
          "größe日本  12345678\n");
}

TEST_CASE("only the last column is cut at the terminal's width") {
    CHECK(a_table().render({.colour = false, .width = 24}) ==
          "PACKAGE      BUILDS  RE…\n"
          "lame              2  fa…\n"
          "größe日本  12345678\n");
}

TEST_CASE("colours change nothing about the alignment and are there only if wanted") {
    Table table({{"STATE"}, {"N"}});
    table.add({word_cell("failed"), {"1"}});
    table.add({word_cell("ok"), {"2"}});
    CHECK(table.render({}) == "STATE   N\nfailed  1\nok      2\n");
    CHECK(table.render({.colour = true, .width = {}}) ==
          "\x1b[1mSTATE\x1b[0m   \x1b[1mN\x1b[0m\n"
          "\x1b[31mfailed\x1b[0m  1\n"
          "\x1b[32mok\x1b[0m      2\n");
}

TEST_CASE("a cell cannot break the table or drive the terminal") {
    Table table({{"EVIDENCE"}});
    table.add({{"two\nlines \x1b[2J"}});
    CHECK(table.render({}) == "EVIDENCE\ntwo lines  [2J\n");
}

TEST_CASE("words that mean trouble look like it") {
    CHECK(paint_of("failed") == Paint::bad);
    CHECK(paint_of("isa_mismatch") == Paint::bad);
    CHECK(paint_of("regress") == Paint::bad);
    CHECK(paint_of("promote") == Paint::good);
    CHECK(paint_of("leased") == Paint::notice);
    CHECK(paint_of("cancelled") == Paint::faint);
    CHECK(paint_of("lame") == Paint::plain);
}
