#include "worker/audit/unwind_table.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace terrace::audit {

namespace {

/// Version 1, pointer to .eh_frame, count, table: the one form that GNU ld, gold, lld and mold
/// write.
constexpr std::array<std::uint8_t, 4> kKnownForm = {1, 0x1b, 0x03, 0x3b};
constexpr std::uint64_t kTableOffset = 12;
constexpr std::uint64_t kEntryBytes = 8;

std::uint64_t add(std::uint64_t address, std::int32_t distance) {
    return address + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
}

}  // namespace

std::vector<AddressRange> read_unwind_table(Bytes header,
                                            std::uint64_t header_address,
                                            Bytes frames,
                                            std::uint64_t frames_address) {
    std::vector<AddressRange> ranges;
    const std::optional<Bytes> form = slice(header, 0, kKnownForm.size());
    if (!form || !std::ranges::equal(*form, kKnownForm)) return ranges;
    const std::uint64_t count = read_at<std::uint32_t>(header, 8).value_or(0);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t entry = kTableOffset + i * kEntryBytes;
        const auto begin_distance = read_at<std::int32_t>(header, entry);
        const auto frame_distance = read_at<std::int32_t>(header, entry + 4);
        if (!begin_distance || !frame_distance)
            break;  // the count is wrong, or the section is cut off
        const std::uint64_t begin = add(header_address, *begin_distance);
        const std::uint64_t frame = add(header_address, *frame_distance) - frames_address;
        // length, CIE pointer, begin of the function relative to this field, size of the function
        const auto begin_field = read_at<std::int32_t>(frames, frame + 8);
        const auto size = read_at<std::uint32_t>(frames, frame + 12);
        if (!begin_field || !size) continue;
        if (add(frames_address + frame + 8, *begin_field) != begin) continue;
        ranges.push_back({begin, *size});
    }
    return ranges;
}

}  // namespace terrace::audit
