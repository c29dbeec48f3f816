#include "worker/audit/object_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "worker/audit/code_hash.hpp"
#include "worker/audit/code_map.hpp"
#include "worker/audit/code_scan.hpp"
#include "worker/audit/conventions.hpp"
#include "worker/audit/dispatch.hpp"
#include "worker/audit/object_code.hpp"
#include "worker/audit/static_library.hpp"

namespace terrace::audit {

namespace {

/// As x86-64 psABI numbers them in .note.gnu.property.
Level level_of_property(std::uint32_t bits) {
    if ((bits & 8) != 0) return Level::x86_64_v4;
    if ((bits & 4) != 0) return Level::x86_64_v3;
    if ((bits & 2) != 0) return Level::x86_64_v2;
    return bits != 0 ? Level::x86_64 : Level::none;
}

bool has_arithmetic_extension(const CodeScan& scan) {
    return std::ranges::any_of(scan.outside,
                               [](const auto& entry) { return !entry.second.is_system; });
}

class ObjectAuditor {
public:
    ObjectAuditor(Decoder& decoder, const ObjectOptions& options)
        : decoder_(decoder), options_(options) {}

    void add(const ElfImage& image, const std::string& member) {
        file_ = member.empty() ? options_.file : fmt::format("{}({})", options_.file, member);
        build_id_ = image.build_id;
        if (image.has_segments_only)
            add_note({}, "it has no section headers, so its segments are audited as a whole");
        if (image.is_x86_64) {
            add_code(image);
        } else {
            for (const Section& section : image.code) hash_.add(section.bytes);
            hash_.add_data(image, CodeMap(image));
        }
    }

    void add_unreadable(Bytes content, std::string_view cause) {
        file_ = options_.file;
        build_id_.clear();
        add_note({}, fmt::format("not audited: {}", cause));
        hash_.add(content);
    }

    void add_bytes(Bytes content) { hash_.add(content); }
    void add_name(std::string_view name) { hash_.add(name); }

    ObjectAudit finish() {
        result_.identity = hash_.finish();
        return std::move(result_);
    }

private:
    void add_code(const ElfImage& image) {
        ObjectCode code = scan_object(decoder_, image);
        std::vector<StretchUse> uses;
        for (std::size_t i = 0; i < code.scans.size(); ++i) {
            CodeScan& scan = code.scans[i];
            hash_.add(scan, code.map);
            if (options_.lists_functions) list(scan, code.map.stretches()[i], code.map);
            StretchUse use;
            if (scan.level_used > options_.level_max) use.needs.level = scan.level_used;
            use.needs.any_extension = has_arithmetic_extension(scan);
            use.references = std::exchange(scan.references, {});
            uses.push_back(std::move(use));
        }
        hash_.add_data(image, code.map);
        check_property(image);
        const std::vector<Allowance> allowed = find_dispatched(image, code.map, uses);
        for (std::size_t i = 0; i < code.scans.size(); ++i)
            judge(code.scans[i], code.map.stretches()[i], allowed[i], image);
        if (options_.lists_functions) mark_dispatched(allowed);
    }

    void list(const CodeScan& scan, const Stretch& stretch, const CodeMap& map) {
        result_.function_list.push_back({stretch.name, map.address_of(stretch), stretch.size,
                                         scan.level_used, false, sha256_of_text(scan.normalised)});
    }

    void mark_dispatched(const std::vector<Allowance>& allowed) {
        const std::size_t first = result_.function_list.size() - allowed.size();
        for (std::size_t i = 0; i < allowed.size(); ++i)
            result_.function_list[first + i].is_dispatched = allowed[i] != Allowance{};
    }

    void check_property(const ElfImage& image) {
        const Level needed = level_of_property(image.isa_needed);
        if (needed <= options_.level_max) return;
        AuditFinding finding = found(AuditFindingKind::property, {});
        finding.needs = name_of(needed);
        add_leak(std::move(finding));
    }

    void judge(const CodeScan& scan,
               const Stretch& stretch,
               Allowance allowed,
               const ElfImage& image) {
        const bool is_dispatched = allowed != Allowance{};
        Level& level = is_dispatched ? result_.level_dispatched : result_.level_used;
        level = std::max(level, scan.level_used);
        if (stretch.is_function) {
            ++result_.functions;
            if (is_dispatched) ++result_.functions_dispatched;
        }
        const Section& section = image.code[stretch.section];
        const std::uint64_t moved = section.address - section.base;  // 0 in linked objects
        if (scan.highest && scan.level_used > options_.level_max &&
            scan.level_used > allowed.level) {
            add_instruction(AuditFindingKind::instruction, stretch, *scan.highest, moved,
                            name_of(scan.level_used));
        }
        for (const auto& [extension, instruction] : scan.outside) {
            if (!instruction.is_system && !allowed.any_extension) {
                add_instruction(AuditFindingKind::instruction, stretch, instruction, moved,
                                extension);
            } else if (instruction.is_system && extensions_.insert(extension).second) {
                add_instruction(AuditFindingKind::note, stretch, instruction, moved, extension);
            }
        }
        if (scan.undecodable && !std::exchange(has_undecodable_, true)) {
            add_note(stretch.name, fmt::format("{}: no instruction at {:#x}; the rest of it is not "
                                               "judged",
                                               stretch.name, *scan.undecodable + moved));
        }
    }

    AuditFinding found(AuditFindingKind kind, const std::string& function) const {
        AuditFinding finding;
        finding.kind = kind;
        finding.file = file_;
        finding.build_id = build_id_;
        finding.function = function;
        return finding;
    }

    void add_instruction(AuditFindingKind kind,
                         const Stretch& stretch,
                         const InstructionAt& instruction,
                         std::uint64_t moved,
                         const std::string& needs) {
        AuditFinding finding = found(kind, stretch.name);
        finding.address = static_cast<std::int64_t>(instruction.address + moved);
        finding.instruction = instruction.mnemonic;
        finding.needs = needs;
        if (kind == AuditFindingKind::note) {
            result_.notes.push_back(std::move(finding));
        } else {
            add_leak(std::move(finding));
        }
    }

    void add_leak(AuditFinding finding) {
        if (result_.leaks.size() < options_.findings_max) {
            result_.leaks.push_back(std::move(finding));
        } else {
            ++result_.leaks_left_off;
        }
    }

    void add_note(const std::string& function, std::string text) {
        AuditFinding finding = found(AuditFindingKind::note, function);
        finding.text = std::move(text);
        result_.notes.push_back(std::move(finding));
    }

    Decoder& decoder_;
    const ObjectOptions& options_;
    CodeHash hash_;
    ObjectAudit result_;
    std::string file_;
    std::string build_id_;
    std::set<std::string> extensions_;
    bool has_undecodable_ = false;
};

}  // namespace

bool is_object(Bytes content) {
    return is_elf(content) || is_static_library(content);
}

ObjectAudit audit_object(Decoder& decoder, Bytes content, const ObjectOptions& options) {
    ObjectAuditor auditor(decoder, options);
    try {
        if (is_static_library(content)) {
            for (const LibraryMember& member : read_static_library(content)) {
                auditor.add_name(member.name);
                if (is_elf(member.content)) auditor.add(read_elf(member.content), member.name);
            }
        } else {
            const ElfImage image = read_elf(content, options.debug);
            if (image.has_segments_only) auditor.add_bytes(content);
            auditor.add(image, "");
        }
    } catch (const ElfError& error) {
        auditor.add_unreadable(content, error.what());
    }
    return auditor.finish();
}

}  // namespace terrace::audit
