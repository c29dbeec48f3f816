#include "worker/audit/code_scan.hpp"

#include <Zydis/Zydis.h>

#include <utility>
#include <vector>

#include "worker/audit/isa_level.hpp"

namespace terrace::audit {

namespace {

bool ends_flow(const ZydisDecodedInstruction& instruction) {
    return instruction.meta.category == ZYDIS_CATEGORY_RET ||
           instruction.meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
           instruction.mnemonic == ZYDIS_MNEMONIC_UD2 || instruction.mnemonic == ZYDIS_MNEMONIC_HLT;
}

bool is_padding(const ZydisDecodedInstruction& instruction) {
    return instruction.mnemonic == ZYDIS_MNEMONIC_NOP ||
           instruction.mnemonic == ZYDIS_MNEMONIC_INT3;
}

/// [rip + displacement]
bool is_rip_relative(const ZydisDecodedInstruction& instruction) {
    return (instruction.attributes & ZYDIS_ATTRIB_HAS_MODRM) != 0 &&
           instruction.raw.modrm.mod == 0 && instruction.raw.modrm.rm == 5;
}

bool leaves(const ZydisDecodedInstruction& instruction, std::size_t offset, std::size_t size) {
    const auto next = static_cast<std::int64_t>(offset + instruction.length);
    const std::int64_t target = next + instruction.raw.imm[0].value.s;
    return target < 0 || std::cmp_greater_equal(target, size);
}

void append_normalised(const ZydisDecodedInstruction& instruction,
                       Bytes code,
                       std::size_t offset,
                       std::string& out) {
    const std::size_t begin = out.size();
    for (const std::uint8_t byte : code.subspan(offset, instruction.length)) {
        out.push_back(static_cast<char>(byte));
    }
    const auto clear = [&](std::size_t field, std::size_t bits) {
        out.replace(begin + field, bits / 8, bits / 8, '\0');
    };
    const ZydisDecodedInstructionRaw& raw = instruction.raw;
    if (is_rip_relative(instruction)) clear(raw.disp.offset, raw.disp.size);
    if (raw.imm[0].is_relative && leaves(instruction, offset, code.size())) {
        clear(raw.imm[0].offset, raw.imm[0].size);
    }
}

/// Collects needs; what comes in last is only believed once the flow of control has ended after it.
class NeedCollector {
public:
    explicit NeedCollector(CodeScan& scan) : scan_(scan) {}

    void add(const ZydisDecodedInstruction& instruction, std::uint64_t address) {
        const IsaNeed need = need_of(instruction);
        has_pending_ = true;
        if (need.level > Level::x86_64 || need.extension != nullptr) {
            const char* mnemonic = ZydisMnemonicGetString(instruction.mnemonic);
            pending_.push_back({need, {mnemonic != nullptr ? mnemonic : "?", address, need.level}});
        }
        if (ends_flow(instruction)) believe();
    }

    void believe() {
        if (has_pending_ && scan_.level_used == Level::none) scan_.level_used = Level::x86_64;
        for (auto& [need, instruction] : pending_) {
            if (need.extension != nullptr) {
                scan_.outside.try_emplace(need.extension, std::move(instruction));
            } else if (need.level > scan_.level_used) {
                scan_.level_used = need.level;
                scan_.highest = std::move(instruction);
            }
        }
        pending_.clear();
        has_pending_ = false;
    }

private:
    struct Pending {
        IsaNeed need;
        InstructionAt instruction;
    };
    CodeScan& scan_;
    std::vector<Pending> pending_;
    bool has_pending_ = false;
};

}  // namespace

CodeScan scan_code(Bytes code, std::uint64_t address) {
    CodeScan scan;
    NeedCollector needs(scan);
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    std::size_t end_of_code = 0;  // of scan.normalised, without the padding seen last
    for (std::size_t offset = 0; offset < code.size();) {
        ZydisDecodedInstruction instruction;
        const ZyanStatus status = ZydisDecoderDecodeInstruction(
            &decoder, nullptr, code.data() + offset, code.size() - offset, &instruction);
        if (!ZYAN_SUCCESS(status)) {
            scan.undecodable = address + offset;
            const Bytes rest = code.subspan(offset);
            scan.normalised.append(rest.begin(), rest.end());
            return scan;
        }
        append_normalised(instruction, code, offset, scan.normalised);
        if (!is_padding(instruction)) {
            end_of_code = scan.normalised.size();
            needs.add(instruction, address + offset);
        }
        offset += instruction.length;
    }
    needs.believe();
    scan.normalised.resize(end_of_code);
    return scan;
}

}  // namespace terrace::audit
