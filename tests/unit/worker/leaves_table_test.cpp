#include "worker/cpu/leaves_table.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <sstream>

#include "common/os/child_process.hpp"
#include "common/vocab/cpu_level.hpp"

namespace terrace::worker {
namespace {

std::vector<LeavesRow> rows_of(const std::string& text) {
    std::istringstream in(text);
    auto rows = read_leaves_table(in);
    REQUIRE(rows.has_value());
    return *rows;
}

TEST_CASE("the level of every CPU of the table is what its registers prove") {
    std::istringstream table(
        os::run_captured(
            {.arguments = {"zstd", "-dcq",
                           std::filesystem::absolute("tests/data/cpuid_levels.tsv.zst")},
             .environment = os::current_environment()},
            std::chrono::seconds(20))
            .output);
    const auto rows = read_leaves_table(table);
    CAPTURE((rows ? "" : rows.error().message));
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 676);
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

TEST_CASE("a leaf above the highest one that a CPU has is another leaf's data") {
    const std::string head = "leaf0\tleaf1\tleaf7_0\tleaf80000000\tleaf80000001\n";
    const std::string zero = "00000000-00000000-00000000-00000000";
    const auto leaves_of = [&](const char* highest, const char* highest_extended) {
        const std::string rest = "-00000000-00000000-00000000";
        return rows_of(head + highest + rest + "\t" + zero +
                       "\t00000000-ffffffff-ffffffff-00000000\t" + highest_extended + rest +
                       "\t00000000-00000000-00000021-20000000\n")[0]
            .leaves;
    };
    CHECK(leaves_of("00000007", "80000001").leaf7_ebx == ~0U);
    CHECK(leaves_of("00000007", "80000008").ext1_ecx == 0x21);
    CHECK(leaves_of("00000006", "80000000").leaf7_ebx == 0);
    CHECK(leaves_of("00000006", "80000000").ext1_ecx == 0);
    CHECK(leaves_of("00000002", "03020101").ext1_edx == 0);  // a CPU without extended leaves
    CHECK(rows_of("leaf0\tleaf1\tleaf7_0\tleaf80000001\n\t" + zero +
                  "\t00000000-000000ff-00000000-00000000\t\n")[0]
              .leaves.leaf7_ebx == 0xff);  // a dump that does not tell
}

TEST_CASE("the level follows the registers, however odd they are") {
    const std::string head = "leaf80000001\tleaf1\tleaf7_0\n";
    // All features of all levels, in the letters of either case; lines may end as Windows' do.
    const std::string v4_ext = "00000000-00000000-00000021-20000000";
    const std::string v4_leaf7 = "00000000-D0030128-00000000-00000000";
    const auto level = [&](const std::string& ext, const char* leaf1, const std::string& leaf7) {
        return level_of(rows_of(head + ext + "\t" + leaf1 + "\t" + leaf7 + "\r\n")[0].leaves);
    };
    CHECK(level(v4_ext, "00000000-00000000-38f83201-07808101", v4_leaf7) == Level::x86_64_v4);
    CHECK(level(v4_ext, "00000000-00000000-38F83201-07808101",
                "00000000-d0030128-00000000-00000000") == Level::x86_64_v4);
    // Without OSXSAVE nothing of AVX counts, though each CPUID bit of v4 is there.
    CHECK(level(v4_ext, "00000000-00000000-30f83201-07808101", v4_leaf7) == Level::x86_64_v2);
    CHECK(level(v4_ext, "00000000-00000000-38f83201-07808101",
                "00000000-50030128-00000000-00000000") == Level::x86_64_v3);  // no AVX512VL
    CHECK(level(v4_ext, "00000000-00000000-38f83201-07808101", "") == Level::x86_64_v2);
    CHECK(level("00000000-00000000-00000020-20000000", "00000000-00000000-38f83201-07808101",
                v4_leaf7) == Level::x86_64);  // no LAHF: AVX-512 does not help
    CHECK(level("", "00000000-00000000-38f83201-07808101", v4_leaf7) == Level::none);
}

TEST_CASE("state is taken as enabled only where OSXSAVE is set") {
    const std::string head = "leaf1\tleaf7_0\tleaf80000001\n";
    CHECK(rows_of(head + "00000000-00000000-08000000-00000000\t\t\n")[0].leaves.xcr0 == 0xe7);
    CHECK(rows_of(head + "00000000-00000000-00000000-00000000\t\t\n")[0].leaves.xcr0 == 0);
}

TEST_CASE("a table that is not one is refused with the line to blame") {
    for (const auto& [text, blame] : std::initializer_list<std::pair<const char*, const char*>>{
             {"", "empty"},
             {"# nothing but a comment\n", "empty"},
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
