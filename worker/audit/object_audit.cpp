#include "worker/audit/object_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "common/os/files.hpp"
#include "worker/audit/code_scan.hpp"
#include "worker/audit/elf_image.hpp"
#include "worker/audit/static_library.hpp"

namespace terrace::audit {

namespace {

std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Pieces with their lengths before them, so that no two lists of pieces give the same bytes.
class PieceHash {
public:
    void add(std::string_view piece) {
        hash_.update(fmt::format("{}:", piece.size()));
        hash_.update(piece);
    }
    Digest finish() { return hash_.finish(); }

private:
    os::Sha256 hash_;
};

/// The functions of a section, and what lies between them, in order and without a gap.
std::vector<Function> stretches_of(const Section& section) {
    std::set<std::uint64_t> borders = {0, section.bytes.size()};
    for (const Function& function : section.functions) {
        borders.insert({function.offset, function.offset + function.size});
    }
    std::vector<Function> stretches;
    auto known = section.functions.begin();
    const Function* current = nullptr;
    for (auto border = borders.begin(); std::next(border) != borders.end(); ++border) {
        for (; known != section.functions.end() && known->offset <= *border; ++known)
            current = &*known;
        // A size of 0 is what assembler code without .size gets: such a function ends where the
        // next begins.
        const bool is_inside =
            current != nullptr && (current->size == 0 || *border < current->offset + current->size);
        std::string name = section.name;
        if (is_inside) {
            name = !current->name.empty()
                       ? current->name
                       : fmt::format("function at {:#x}", section.address + current->offset);
        }
        stretches.push_back({*border, *std::next(border) - *border, std::move(name)});
    }
    return stretches;
}

/// Findings of one object, in the order of its code; a function and an extension count once.
class ObjectAuditor {
public:
    ObjectAuditor(Level level_max, std::size_t findings_max)
        : level_max_(level_max), findings_max_(findings_max) {}

    void add(const ElfImage& image, std::string_view member) {
        for (const Section& section : image.code) {
            hash_.add(section.name);
            if (image.is_x86_64) {
                scan_section(section, member);
            } else {
                hash_.add(as_text(section.bytes));
            }
        }
        for (const Section& section : image.constants) {
            hash_.add(section.name);
            hash_.add(as_text(section.bytes));
        }
    }

    void add_unreadable(Bytes content, std::string_view cause) {
        result_.notes.push_back(fmt::format("not audited: {}", cause));
        hash_.add(as_text(content));
    }

    void add_name(std::string_view name) { hash_.add(name); }

    ObjectAudit finish() {
        result_.identity = hash_.finish();
        return std::move(result_);
    }

private:
    void scan_section(const Section& section, std::string_view member) {
        for (const Function& stretch : stretches_of(section)) {
            const CodeScan scan = scan_code(section.bytes.subspan(stretch.offset, stretch.size),
                                            section.address + stretch.offset);
            if (!scan.normalised.empty()) hash_.add(scan.normalised);
            result_.level_used = std::max(result_.level_used, scan.level_used);
            judge(scan, fmt::format("{}{}", member, stretch.name));
        }
    }

    void judge(const CodeScan& scan, const std::string& place) {
        if (scan.highest && scan.level_used > level_max_ &&
            result_.excesses.size() < findings_max_ && places_.insert(place).second) {
            result_.excesses.push_back(fmt::format("{}: {} at {:#x} is {}", place,
                                                   scan.highest->mnemonic, scan.highest->address,
                                                   name_of(scan.level_used)));
        }
        for (const auto& [extension, instruction] : scan.outside) {
            if (!extensions_.insert(extension).second) continue;
            result_.notes.push_back(fmt::format("{}: {} at {:#x} is {}, which no level includes",
                                                place, instruction.mnemonic, instruction.address,
                                                extension));
        }
        if (scan.undecodable && !has_undecodable_) {
            has_undecodable_ = true;
            result_.notes.push_back(
                fmt::format("{}: no instruction at {:#x}; the rest of it is not judged", place,
                            *scan.undecodable));
        }
    }

    Level level_max_;
    std::size_t findings_max_;
    PieceHash hash_;
    ObjectAudit result_;
    std::set<std::string> places_;
    std::set<std::string> extensions_;
    bool has_undecodable_ = false;
};

}  // namespace

bool is_object(Bytes content) {
    return is_elf(content) || is_static_library(content);
}

ObjectAudit audit_object(Bytes content, Level level_max, std::size_t findings_max) {
    ObjectAuditor auditor(level_max, findings_max);
    try {
        if (is_static_library(content)) {
            for (const LibraryMember& member : read_static_library(content)) {
                auditor.add_name(member.name);
                if (is_elf(member.content))
                    auditor.add(read_elf(member.content), member.name + ": ");
            }
        } else {
            auditor.add(read_elf(content), "");
        }
    } catch (const ElfError& error) {
        auditor.add_unreadable(content, error.what());
    }
    return auditor.finish();
}

}  // namespace terrace::audit
