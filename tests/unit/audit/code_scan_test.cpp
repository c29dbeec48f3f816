#include <doctest/doctest.h>

#include <vector>

#include "worker/audit/code_scan.hpp"

namespace terrace::audit {

namespace {

using Code = std::vector<std::uint8_t>;

constexpr std::uint8_t kRet = 0xc3;
constexpr std::uint8_t kNop = 0x90;
constexpr std::uint8_t kUndecodable = 0x06;  // push es: not in 64-bit mode

CodeScan scan(const Code& code) {
    Decoder decoder;
    return scan_code(decoder, code, 0x1000);
}

std::string normalised(const Code& code) {
    return scan(code).normalised;
}

}  // namespace

TEST_CASE("a call's distance is not part of the code's identity") {
    CHECK(normalised({0xe8, 1, 2, 3, 0, kRet}) == normalised({0xe8, 9, 9, 9, 0xff, kRet}));
    CHECK(normalised({0xe8, 1, 2, 3, 0, kRet}) != normalised({0xe9, 1, 2, 3, 0, kRet}));
}

TEST_CASE("a jump within the function is part of its identity, one out of it is not") {
    const Code over_one = {0x75, 1, kNop, kNop, kRet};
    const Code over_two = {0x75, 2, kNop, kNop, kRet};
    const Code back_out = {0x75, 0x80, kNop, kNop, kRet};
    const Code forward_out = {0x75, 0x7f, kNop, kNop, kRet};
    CHECK(normalised(over_one) != normalised(over_two));
    CHECK(normalised(back_out) == normalised(forward_out));
}

TEST_CASE("the distance to a variable is not part of the identity, an offset in a structure is") {
    const Code variable = {0x8b, 0x05, 1, 2, 3, 4, kRet};  // mov eax, [rip + d]
    const Code other_variable = {0x8b, 0x05, 5, 6, 7, 8, kRet};
    const Code member = {0x8b, 0x47, 4, kRet};  // mov eax, [rdi + 4]
    const Code other_member = {0x8b, 0x47, 8, kRet};
    CHECK(normalised(variable) == normalised(other_variable));
    CHECK(normalised(member) != normalised(other_member));
}

TEST_CASE("an immediate after a relative displacement is kept") {
    const Code one = {0xc7, 0x05, 1, 2, 3, 4, 7, 0, 0, 0, kRet};  // mov dword [rip + d], 7
    const Code elsewhere = {0xc7, 0x05, 9, 9, 9, 9, 7, 0, 0, 0, kRet};
    const Code other_value = {0xc7, 0x05, 1, 2, 3, 4, 8, 0, 0, 0, kRet};
    CHECK(normalised(one) == normalised(elsewhere));
    CHECK(normalised(one) != normalised(other_value));
}

TEST_CASE("padding after the last instruction does not count, within the code it does") {
    CHECK(normalised({kRet, 0x66, 0x90, 0x0f, 0x1f, 0x00, 0xcc}) == normalised({kRet}));
    CHECK(normalised({kNop, kRet}) != normalised({kRet}));
    CHECK(normalised({kNop, kNop}).empty());
    CHECK(scan({kNop}).level_used == Level::none);
}

TEST_CASE("the first instruction of the highest level is reported") {
    const Code code = {0xf3, 0x0f, 0xb8, 0xc3,   // popcnt
                       0xc5, 0xf5, 0xfe, 0xc2,   // vpaddd
                       0xc5, 0xf8, 0x77, kRet};  // vzeroupper
    const CodeScan result = scan(code);
    CHECK(result.level_used == Level::x86_64_v3);
    REQUIRE(result.highest);
    CHECK(*result.highest == InstructionAt{"vpaddd", 0x1004, Level::x86_64_v3});
}

TEST_CASE("extensions outside the levels are listed and raise no level") {
    const CodeScan result = scan({0x66, 0x0f, 0x38, 0xdc, 0xc1, kRet});
    CHECK(result.level_used == Level::x86_64);
    REQUIRE(result.outside.contains("AES"));
    CHECK(result.outside.at("AES").address == 0x1000);
}

TEST_CASE("a table behind the code is kept for the identity and judged by nobody") {
    const Code code = {0xf3,         0x0f, 0xb8, 0xc3, kRet,  // popcnt; ret
                       0xc5,         0xf5, 0xfe, 0xc2,        // bytes that look like vpaddd ...
                       kUndecodable, 0xc5, 0xf8};  // ... but lead to what is no instruction
    const CodeScan result = scan(code);
    CHECK(result.level_used == Level::x86_64_v2);
    CHECK(result.undecodable == 0x1009);
    Code other = code;
    other.back() = 0;
    CHECK(result.normalised != normalised(other));
}

TEST_CASE("what the code refers to is told, with its kind") {
    const Code code = {0xe8, 0x00, 0x01, 0,    0,           // call +0x100
                       0x48, 0x8d, 0x05, 0x00, 0x02, 0, 0,  // lea rax, [rip + 0x200]
                       0x8b, 0x05, 0x00, 0x03, 0,    0,     // mov eax, [rip + 0x300]
                       0xe9, 0x00, 0xff, 0xff, 0xff};       // jmp -0x100
    CHECK(scan(code).references == std::vector<Reference>{{0x1105, ReferenceKind::call},
                                                          {0x120c, ReferenceKind::address},
                                                          {0x1312, ReferenceKind::data},
                                                          {0xf17, ReferenceKind::jump}});
}

TEST_CASE("code behind a table within a function is judged where the code before leads to it") {
    const Code code = {0xeb, 3,    kUndecodable, 0x06, 0x06,   // jmp over the table
                       0xc5, 0xf5, 0xfe,         0xc2, kRet};  // vpaddd; ret
    const CodeScan result = scan(code);
    CHECK(result.undecodable == 0x1002);
    CHECK(result.level_used == Level::x86_64_v3);
    REQUIRE(result.highest);
    CHECK(result.highest->address == 0x1005);
}

TEST_CASE("nothing at all is no code") {
    const CodeScan result = scan({});
    CHECK(result.level_used == Level::none);
    CHECK(result.normalised.empty());
}

}  // namespace terrace::audit
