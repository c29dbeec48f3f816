#include "worker/audit/object_code.hpp"

#include <map>
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

/// Places between known functions that the scanned code leads to.
std::set<std::uint64_t> entries_of(const ElfImage& image, const ObjectCode& code) {
    std::set<std::uint64_t> entries;
    for (const CodeScan& scan : code.scans) {
        for (const Reference& reference : scan.references) {
            if (reference.kind == ReferenceKind::data || entries.size() >= kEntriesMax) continue;
            const auto found = code.map.stretch_at(reference.target);
            if (!found) continue;
            const Stretch& stretch = code.map.stretches()[*found];
            if (stretch.is_symbol || is_of_linker(image.code[stretch.section].name)) continue;
            entries.insert(reference.target);
        }
    }
    return entries;
}

/// Stretches that are as before keep their scan.
std::vector<CodeScan> scan_all(Decoder& decoder, const CodeMap& map, ObjectCode* before) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, CodeScan*> known;
    if (before != nullptr) {
        for (std::size_t i = 0; i < before->scans.size(); ++i) {
            const Stretch& stretch = before->map.stretches()[i];
            known[{before->map.place_of(stretch), stretch.size}] = &before->scans[i];
        }
    }
    std::vector<CodeScan> scans;
    scans.reserve(map.stretches().size());
    for (const Stretch& stretch : map.stretches()) {
        const auto found = known.find({map.place_of(stretch), stretch.size});
        scans.push_back(found != known.end()
                            ? std::move(*found->second)
                            : scan_code(decoder, map.bytes_of(stretch), map.place_of(stretch)));
    }
    return scans;
}

}  // namespace

ObjectCode scan_object(Decoder& decoder, const ElfImage& image) {
    CodeMap map(image);
    std::vector<CodeScan> scans = scan_all(decoder, map, nullptr);
    ObjectCode code{std::move(map), std::move(scans)};
    std::set<std::uint64_t> entries;
    for (int round = 0; round < kRoundsMax; ++round) {
        std::set<std::uint64_t> found = entries_of(image, code);
        found.insert(entries.begin(), entries.end());
        if (found.size() == entries.size()) break;
        entries = std::move(found);
        CodeMap finer(image, entries);
        scans = scan_all(decoder, finer, &code);
        code = ObjectCode{std::move(finer), std::move(scans)};
    }
    return code;
}

}  // namespace terrace::audit
