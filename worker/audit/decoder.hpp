#pragma once

#include <Zydis/Zydis.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "worker/audit/bytes.hpp"
#include "worker/audit/isa_level.hpp"

namespace terrace::audit {

/// A number within an instruction; `bytes` 0: there is none.
struct Field {
    std::uint8_t offset = 0;
    std::uint8_t bytes = 0;
    friend bool operator==(const Field&, const Field&) = default;
};

/// What the audit wants to know of an instruction.
struct Decoded {
    IsaNeed need;
    ZydisMnemonic mnemonic = ZYDIS_MNEMONIC_INVALID;
    std::uint8_t length = 0;
    Field displacement;  ///< of [rip + displacement]
    Field branch;        ///< of a jump or call, relative to the next instruction
    bool is_call = false;
    bool is_address = false;  ///< lea: the displacement leads to what may be code
    bool ends_flow = false;   ///< a return, a jump, a trap: the next byte need not be code
    bool is_padding = false;  ///< what fills the space between functions
};

/// Zydis, and what it has said before. Nothing of what is asked here depends on the value of a
/// displacement or an immediate, so an answer is kept by the bytes before them: a tree with one
/// step a byte. That is some ten times as fast as to decode each instruction anew; when the tree is
/// full, the rest is decoded. Not to be shared by threads.
class Decoder {
public:
    explicit Decoder(std::size_t nodes_max = 1 << 14);  ///< below 2^15

    /// nullptr if no instruction begins at `offset`. Valid until the next call.
    const Decoded* decode(Bytes code, std::size_t offset) {
        std::int16_t place = 0;
        for (std::size_t i = offset; i < code.size(); ++i) {
            place = nodes_[static_cast<std::size_t>(place)][code[i]];
            if (place == 0) break;
            if (place > 0) continue;
            const Decoded& known = answers_[static_cast<std::size_t>(-place - 1)];
            return known.length <= code.size() - offset ? &known : nullptr;
        }
        return decode_anew(code, offset);
    }

private:
    /// 0: unknown; > 0: a node; < 0: an answer. Small, so that the processor's caches hold the
    /// tree.
    using Node = std::array<std::int16_t, 256>;

    const Decoded* decode_anew(Bytes code, std::size_t offset);
    void remember(Bytes key);

    std::size_t nodes_max_;
    ZydisDecoder decoder_;
    std::vector<Node> nodes_;
    std::vector<Decoded> answers_;
    Decoded last_;
};

/// As Zydis says it, without any memory.
std::optional<Decoded> decode_alone(Bytes code, std::size_t offset);

}  // namespace terrace::audit
