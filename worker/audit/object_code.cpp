#include "worker/audit/object_code.hpp"

#include <set>
#include <utility>

namespace terrace::audit {

namespace {

constexpr int kRoundsMax = 5;
constexpr std::size_t kEntriesMax = 1'000'000;

/// Each entry there is a step to another object and looks like the next.
bool is_of_linker(const std::string& section) {
    return section.starts_with(".plt") || section == ".init" || section == ".fini";
}

/// Adds places between known functions that newly scanned code leads to.
void add_entries(const ElfImage& image,
                 const ObjectCode& code,
                 const std::vector<bool>& is_new,
                 std::set<std::uint64_t>& entries) {
    for (std::size_t i = 0; i < code.scans.size(); ++i) {
        if (!is_new[i]) continue;
        for (const Reference& reference : code.scans[i].references) {
            if (reference.kind == ReferenceKind::data || entries.size() >= kEntriesMax) continue;
            const auto found = code.map.stretch_at(reference.target);
            if (!found) continue;
            const Stretch& stretch = code.map.stretches()[*found];
            if (stretch.is_symbol || is_of_linker(image.code[stretch.section].name)) continue;
            entries.insert(reference.target);
        }
    }
}

/// The finer map has the same stretches in the same order, or several in place of one; those that
/// are as before keep their scan.
ObjectCode refined(Decoder& decoder, CodeMap map, ObjectCode before, std::vector<bool>& is_new) {
    const std::vector<Stretch>& stretches = map.stretches();
    std::vector<CodeScan> scans;
    scans.reserve(stretches.size());
    is_new.assign(stretches.size(), false);
    auto old = before.map.stretches().begin();
    for (std::size_t i = 0; i < stretches.size(); ++i) {
        const Stretch& stretch = stretches[i];
        if (stretch.offset == old->offset && stretch.size == old->size) {
            const auto index = old - before.map.stretches().begin();
            scans.push_back(std::move(before.scans[static_cast<std::size_t>(index)]));
        } else {
            is_new[i] = true;
            scans.push_back(scan_code(decoder, map.bytes_of(stretch), map.place_of(stretch)));
        }
        if (stretch.offset + stretch.size == old->offset + old->size) ++old;
    }
    return {std::move(map), std::move(scans)};
}

}  // namespace

ObjectCode scan_object(Decoder& decoder, const ElfImage& image) {
    CodeMap map(image);
    std::vector<CodeScan> scans;
    scans.reserve(map.stretches().size());
    for (const Stretch& stretch : map.stretches())
        scans.push_back(scan_code(decoder, map.bytes_of(stretch), map.place_of(stretch)));
    ObjectCode code{std::move(map), std::move(scans)};
    std::vector<bool> is_new(code.scans.size(), true);
    std::set<std::uint64_t> entries;
    for (int round = 0; round < kRoundsMax; ++round) {
        const std::size_t known = entries.size();
        add_entries(image, code, is_new, entries);
        if (entries.size() == known) break;
        code = refined(decoder, CodeMap(image, entries), std::move(code), is_new);
    }
    return code;
}

}  // namespace terrace::audit
