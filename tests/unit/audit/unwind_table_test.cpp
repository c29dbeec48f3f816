#include <doctest/doctest.h>

#include <cstring>

#include "worker/audit/unwind_table.hpp"

namespace terrace::audit {

namespace {

constexpr std::uint64_t kHeaderAddress = 0x3000;
constexpr std::uint64_t kFramesAddress = 0x3100;

void put(std::vector<std::uint8_t>& bytes, std::int64_t value) {
    const auto number = static_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

/// One function at 0x1000 of 0x40 bytes, whose frame is the first.
struct Table {
    std::vector<std::uint8_t> header = {1, 0x1b, 0x03, 0x3b};
    std::vector<std::uint8_t> frames;

    explicit Table(std::uint32_t count = 1) {
        put(header, 0);
        put(header, count);
        put(header, 0x1000 - static_cast<std::int64_t>(kHeaderAddress));
        put(header, kFramesAddress - kHeaderAddress);
        put(frames, 16);
        put(frames, 4);
        put(frames, 0x1000 - static_cast<std::int64_t>(kFramesAddress + 8));
        put(frames, 0x40);
    }

    std::vector<AddressRange> read() const {
        return read_unwind_table(header, kHeaderAddress, frames, kFramesAddress);
    }
};

}  // namespace

TEST_CASE("the unwind table tells where a function begins and how long it is") {
    CHECK(Table().read() == std::vector<AddressRange>{{0x1000, 0x40}});
}

TEST_CASE("a count beyond the end of the table is cut") {
    CHECK(Table(0xffffffff).read() == std::vector<AddressRange>{{0x1000, 0x40}});
}

TEST_CASE("an entry that its frame contradicts is left out") {
    Table table;
    table.frames[8] ^= 1;
    CHECK(table.read().empty());
    table.frames.clear();
    CHECK(table.read().empty());
}

TEST_CASE("a table of an unknown form gives nothing") {
    Table table;
    table.header[3] = 0x1b;
    CHECK(table.read().empty());
    table.header.clear();
    CHECK(table.read().empty());
}

}  // namespace terrace::audit
