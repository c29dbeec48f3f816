#include "worker/audit/code_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace terrace::audit {

CodeMap::CodeMap(const ElfImage& image, const std::set<std::uint64_t>& entries) : image_(&image) {
    for (std::size_t i = 0; i < image.code.size(); ++i) {
        const std::size_t first = stretches_.size();
        add_stretches(i, entries);
        add_index(image.code[i], first);
    }
    std::ranges::sort(indexes_, {}, &Index::begin);
    for (std::size_t i = 0; i < image.layout.size(); ++i) {
        const Extent& extent = image.layout[i];
        extents_.push_back({extent.base, extent.size, stretches_.size() + i});
    }
    std::ranges::sort(extents_, {}, &Range::begin);
}

void CodeMap::add_stretches(std::size_t index, const std::set<std::uint64_t>& entries) {
    const Section& section = image_->code[index];
    std::vector<std::uint64_t> borders = {0, section.bytes.size()};
    for (const Function& function : section.functions) {
        borders.push_back(function.offset);
        borders.push_back(function.offset + function.size);
    }
    for (auto entry = entries.lower_bound(section.base);
         entry != entries.end() && *entry - section.base < section.bytes.size(); ++entry) {
        borders.push_back(*entry - section.base);
    }
    std::ranges::sort(borders);
    borders.erase(std::ranges::unique(borders).begin(), borders.end());
    auto known = section.functions.begin();
    const Function* current = nullptr;
    for (auto border = borders.begin(); std::next(border) != borders.end(); ++border) {
        for (; known != section.functions.end() && known->offset <= *border; ++known)
            current = &*known;
        // A size of 0 is what assembler code without .size gets: such a function ends where the
        // next begins.
        const bool is_inside =
            current != nullptr && (current->size == 0 || *border < current->offset + current->size);
        const bool is_entry = entries.contains(section.base + *border);
        std::string name = section.name;
        if (is_inside && !current->name.empty()) {
            name = current->name;
        } else if (is_inside || is_entry) {
            const std::uint64_t begin = is_inside ? current->offset : *border;
            name = fmt::format("function at {:#x}", section.address + begin);
        }
        stretches_.push_back({index, *border, *std::next(border) - *border, is_inside,
                              is_inside || is_entry, is_inside && !current->name.empty(),
                              std::move(name)});
    }
}

Bytes CodeMap::bytes_of(const Stretch& stretch) const {
    return image_->code[stretch.section].bytes.subspan(static_cast<std::size_t>(stretch.offset),
                                                       static_cast<std::size_t>(stretch.size));
}

std::uint64_t CodeMap::place_of(const Stretch& stretch) const {
    return image_->code[stretch.section].base + stretch.offset;
}

std::uint64_t CodeMap::address_of(const Stretch& stretch) const {
    return image_->code[stretch.section].address + stretch.offset;
}

void CodeMap::add_index(const Section& section, std::size_t first) {
    Index index{section.base, section.bytes.size(), first, {}};
    std::size_t last = first;
    for (std::uint64_t end = kBlockBytes; end < index.size + kBlockBytes; end += kBlockBytes) {
        while (last + 1 < stretches_.size() && stretches_[last + 1].offset < end) ++last;
        index.last_of_block.push_back(static_cast<std::uint32_t>(last - first));
    }
    indexes_.push_back(std::move(index));
}

namespace {

template <class Ranges>
const typename Ranges::value_type* find_in(const Ranges& ranges, std::uint64_t place) {
    auto next = std::ranges::upper_bound(ranges, place, {}, &Ranges::value_type::begin);
    if (next == ranges.begin()) return nullptr;
    --next;
    return place - next->begin < next->size ? &*next : nullptr;
}

}  // namespace

std::optional<std::size_t> CodeMap::stretch_at(std::uint64_t place) const {
    const Index* index = find_in(indexes_, place);
    if (index == nullptr) return std::nullopt;
    const std::uint64_t offset = place - index->begin;
    std::size_t found = index->first + index->last_of_block[offset / kBlockBytes];
    while (stretches_[found].offset > offset) --found;  // the section's first begins at 0
    return found;
}

std::optional<Location> CodeMap::locate(std::uint64_t place) const {
    if (const auto stretch = stretch_at(place))
        return Location{*stretch, place - place_of(stretches_[*stretch])};
    const Range* found = find_in(extents_, place);
    if (found == nullptr) return std::nullopt;
    return Location{found->part, place - found->begin};
}

}  // namespace terrace::audit
