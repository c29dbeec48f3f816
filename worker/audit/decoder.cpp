#include "worker/audit/decoder.hpp"

#include <algorithm>

namespace terrace::audit {

namespace {

constexpr std::size_t kAnswersMax = 32'000;  // numbers of answers and nodes have 15 bits

bool ends_flow(const ZydisDecodedInstruction& instruction) {
    return instruction.meta.category == ZYDIS_CATEGORY_RET ||
           instruction.meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
           instruction.mnemonic == ZYDIS_MNEMONIC_UD2 || instruction.mnemonic == ZYDIS_MNEMONIC_HLT;
}

/// [rip + displacement]
bool is_rip_relative(const ZydisDecodedInstruction& instruction) {
    return (instruction.attributes & ZYDIS_ATTRIB_HAS_MODRM) != 0 &&
           instruction.raw.modrm.mod == 0 && instruction.raw.modrm.rm == 5;
}

Field field(std::uint8_t offset, std::uint8_t bits) {
    return {offset, static_cast<std::uint8_t>(bits / 8)};
}

Decoded summary_of(const ZydisDecodedInstruction& instruction) {
    Decoded decoded;
    decoded.need = need_of(instruction);
    decoded.mnemonic = instruction.mnemonic;
    decoded.length = instruction.length;
    const ZydisDecodedInstructionRaw& raw = instruction.raw;
    if (is_rip_relative(instruction)) decoded.displacement = field(raw.disp.offset, raw.disp.size);
    if (raw.imm[0].is_relative) decoded.branch = field(raw.imm[0].offset, raw.imm[0].size);
    decoded.is_call = instruction.mnemonic == ZYDIS_MNEMONIC_CALL;
    decoded.is_address = instruction.mnemonic == ZYDIS_MNEMONIC_LEA;
    decoded.ends_flow = ends_flow(instruction);
    decoded.is_padding =
        instruction.mnemonic == ZYDIS_MNEMONIC_NOP || instruction.mnemonic == ZYDIS_MNEMONIC_INT3;
    return decoded;
}

/// How many bytes come before the displacement and the immediates; 0 where they do not decide
/// alone: 3DNow! has its opcode behind them.
std::size_t key_bytes(const ZydisDecodedInstruction& instruction) {
    if (instruction.encoding == ZYDIS_INSTRUCTION_ENCODING_3DNOW) return 0;
    const ZydisDecodedInstructionRaw& raw = instruction.raw;
    std::size_t bytes = instruction.length;
    if (raw.disp.size != 0) bytes = std::min<std::size_t>(bytes, raw.disp.offset);
    for (const auto& immediate : raw.imm) {
        if (immediate.size != 0) bytes = std::min<std::size_t>(bytes, immediate.offset);
    }
    return bytes;
}

ZydisDecoder make_decoder() {
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    return decoder;
}

bool decode_by(const ZydisDecoder& decoder,
               Bytes code,
               std::size_t offset,
               ZydisDecodedInstruction& instruction) {
    const ZyanStatus status = ZydisDecoderDecodeInstruction(&decoder, nullptr, code.data() + offset,
                                                            code.size() - offset, &instruction);
    return ZYAN_SUCCESS(status);
}

}  // namespace

Decoder::Decoder(std::size_t nodes_max)
    : nodes_max_(std::clamp<std::size_t>(nodes_max, 1, kAnswersMax)), decoder_(make_decoder()) {
    nodes_.reserve(nodes_max_);  // what is never touched costs nothing; to move them would
    nodes_.emplace_back();
}

const Decoded* Decoder::decode_anew(Bytes code, std::size_t offset) {
    ZydisDecodedInstruction instruction;
    if (offset >= code.size() || !decode_by(decoder_, code, offset, instruction)) return nullptr;
    last_ = summary_of(instruction);
    if (const std::size_t bytes = key_bytes(instruction); bytes != 0)
        remember(code.subspan(offset, bytes));
    return &last_;
}

void Decoder::remember(Bytes key) {
    std::size_t node = 0;
    for (std::size_t i = 0; i + 1 < key.size(); ++i) {
        std::int16_t next = nodes_[node][key[i]];
        if (next < 0) return;  // what is known already decides
        if (next == 0) {
            if (nodes_.size() >= nodes_max_) return;
            next = static_cast<std::int16_t>(nodes_.size());
            nodes_[node][key[i]] = next;
            nodes_.emplace_back();
        }
        node = static_cast<std::size_t>(next);
    }
    if (nodes_[node][key.back()] != 0 || answers_.size() >= kAnswersMax) return;
    answers_.push_back(last_);
    nodes_[node][key.back()] =
        static_cast<std::int16_t>(-static_cast<std::int32_t>(answers_.size()));
}

std::optional<Decoded> decode_alone(Bytes code, std::size_t offset) {
    static const ZydisDecoder kDecoder = make_decoder();
    ZydisDecodedInstruction instruction;
    if (offset >= code.size() || !decode_by(kDecoder, code, offset, instruction))
        return std::nullopt;
    return summary_of(instruction);
}

}  // namespace terrace::audit
