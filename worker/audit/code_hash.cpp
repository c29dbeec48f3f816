#include "worker/audit/code_hash.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace terrace::audit {

namespace {

constexpr std::uint64_t kRelocatedBytes = 8;
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

}  // namespace

void CodeHash::add(std::string_view piece) {
    char length[24];
    char* end = std::to_chars(length, length + sizeof length, piece.size()).ptr;
    *end++ = ':';
    hash_.update({length, static_cast<std::size_t>(end - length)});
    hash_.update(piece);
}

void CodeHash::add(Bytes piece) {
    add(std::string_view(reinterpret_cast<const char*>(piece.data()), piece.size()));
}

void CodeHash::append_number(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
        buffer_.push_back(static_cast<char>(number >> shift));
}

void CodeHash::append_place(std::uint64_t place, const CodeMap& map) {
    const std::optional<Location> location = map.locate(place);
    append_number(location ? location->part : kNowhere);
    append_number(location ? location->offset : 0);
}

void CodeHash::add(const CodeScan& scan, const CodeMap& map) {
    if (scan.normalised.empty()) return;
    add(scan.normalised);
    buffer_.clear();
    for (const Reference& reference : scan.references) append_place(reference.target, map);
    add(buffer_);
}

void CodeHash::add_data(const ElfImage& image, const CodeMap& map) {
    std::vector<std::uint64_t> places;
    for (const Relocation& relocation : image.relocations) places.push_back(relocation.place);
    std::ranges::sort(places);
    for (const Section& section : image.constants) {
        std::string bytes(section.bytes.begin(), section.bytes.end());
        for (auto place = std::ranges::lower_bound(places, section.base); place != places.end();
             ++place) {
            const std::uint64_t offset = *place - section.base;
            if (offset >= bytes.size()) break;
            const std::uint64_t end =
                std::min<std::uint64_t>(offset + kRelocatedBytes, bytes.size());
            std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                      bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
        }
        add(section.name);
        add(bytes);
    }
    for (const Relocation& relocation : image.relocations) {
        buffer_.clear();
        append_place(relocation.place, map);
        append_number(relocation.type);
        if (relocation.target) {
            append_place(*relocation.target, map);
        } else {
            append_number(static_cast<std::uint64_t>(relocation.addend));
        }
        buffer_ += relocation.symbol;
        add(buffer_);
    }
}

}  // namespace terrace::audit
