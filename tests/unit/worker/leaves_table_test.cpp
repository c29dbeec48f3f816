#include "worker/cpu/leaves_table.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "common/vocab/cpu_level.hpp"

namespace terrace::worker {
namespace {

std::vector<LeavesRow> rows_of(const std::string& text) {
    std::istringstream in(text);
    auto rows = read_leaves_table(in);
    REQUIRE(rows.has_value());
    return *rows;
}

TEST_CASE("the level of every CPU of the sample is what its registers prove") {
    std::ifstream file("tests/data/cpuid_levels_sample.tsv");
    const auto rows = read_leaves_table(file);
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() >= 60);
    for (const LeavesRow& row : *rows) {
        CAPTURE(row.file);
        CHECK(std::to_string(static_cast<int>(level_of(row.leaves))) == row.level);
    }
}

TEST_CASE("registers are found by the names of the columns, in any order") {
    const auto rows = rows_of(
        "# comment\n"
        "leaf80000001\tlevel\tleaf7_0\tleaf1\n"
        "00000000-00000000-00000121-2C100800\t3\t00000000-029C67AF-00000000-00000000\t000806E9-"
        "00100800-7FFAFBBF-BFEBFBFF\n");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].leaves.leaf1_ecx == 0x7FFAFBBF);
    CHECK(rows[0].leaves.leaf1_edx == 0xBFEBFBFF);
    CHECK(rows[0].leaves.leaf7_ebx == 0x029C67AF);
    CHECK(rows[0].leaves.ext1_ecx == 0x121);
    CHECK(rows[0].leaves.ext1_edx == 0x2C100800);
    CHECK(rows[0].level == "3");
    CHECK(rows[0].file.empty());
}

TEST_CASE("state is taken as enabled only where OSXSAVE is set") {
    const std::string head = "leaf1\tleaf7_0\tleaf80000001\n";
    CHECK(rows_of(head + "00000000-00000000-08000000-00000000\t\t\n")[0].leaves.xcr0 == 0xe7);
    CHECK(rows_of(head + "00000000-00000000-00000000-00000000\t\t\n")[0].leaves.xcr0 == 0);
}

TEST_CASE("a table that is not one is refused with the line to blame") {
    for (const auto& [text, blame] : std::initializer_list<std::pair<const char*, const char*>>{
             {"leaf1\tleaf7_0\n", "leaf80000001"},
             {"leaf1\tleaf7_0\tleaf80000001\n0-0-0-0\t\t\n", "Line 2"},
             {"leaf1\tleaf7_0\tleaf80000001\n\t\t\n0000000g-00000000-00000000-00000000\t\t\n",
              "Line 3"},
             {"leaf1\tleaf7_0\tleaf80000001\n00000000 00000000-00000000-00000000\t\t\n",
              "Line 2"}}) {
        CAPTURE(text);
        std::istringstream in(text);
        const auto rows = read_leaves_table(in);
        REQUIRE_FALSE(rows.has_value());
        CHECK(rows.error().message.find(blame) != std::string::npos);
    }
}

}  // namespace
}  // namespace terrace::worker
