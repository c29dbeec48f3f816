#include "worker/audit/code_scan.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace terrace::audit {

namespace {

constexpr int kTablesMax = 64;  // within one function; hostile code has as many as it likes

/// Sign-extended, as the CPU does.
std::int64_t value_of(Field field, const std::uint8_t* instruction) {
    std::uint64_t value = 0;
    std::memcpy(&value, instruction + field.offset, field.bytes);
    const unsigned unused_bits = 64 - 8u * field.bytes;
    return static_cast<std::int64_t>(value << unused_bits) >> unused_bits;
}

class Scanner {
public:
    Scanner(Decoder& decoder, Bytes code, std::uint64_t address)
        : decoder_(decoder), code_(code), address_(address) {
        scan_.normalised.assign(code.begin(), code.end());
    }

    CodeScan scan() {
        std::size_t end_of_code = 0;  // without the padding seen last
        for (std::size_t offset = 0; offset < code_.size();) {
            const Decoded* instruction = decoder_.decode(code_, offset);
            if (instruction == nullptr) {
                if (!scan_.undecodable) scan_.undecodable = address_ + offset;
                pending_.clear();
                has_pending_ = false;
                const std::optional<std::size_t> entry = next_entry(offset);
                if (!entry) return std::move(scan_);
                offset = *entry;
                continue;
            }
            const std::size_t next = offset + instruction->length;
            if (instruction->displacement.bytes != 0) {
                normalise(instruction->displacement, offset, next,
                          instruction->is_address ? ReferenceKind::address : ReferenceKind::data);
            }
            if (instruction->branch.bytes != 0) {
                normalise(instruction->branch, offset, next,
                          instruction->is_call ? ReferenceKind::call : ReferenceKind::jump);
            }
            if (!instruction->is_padding) {
                end_of_code = next;
                judge(*instruction, address_ + offset);
            }
            offset = next;
        }
        believe();
        scan_.normalised.resize(end_of_code);
        return std::move(scan_);
    }

private:
    void normalise(Field field, std::size_t offset, std::size_t next, ReferenceKind kind) {
        const std::int64_t distance = value_of(field, code_.data() + offset);
        const std::uint64_t target = static_cast<std::uint64_t>(next) +
                                     static_cast<std::uint64_t>(distance);  // wraps below 0
        if (target < code_.size()) {
            if (kind != ReferenceKind::data && target > offset)
                entries_.push_back(static_cast<std::size_t>(target));
            return;
        }
        std::memset(scan_.normalised.data() + offset + field.offset, 0, field.bytes);
        scan_.references.push_back({address_ + target, kind});
    }

    /// The first place behind `offset` that the code before it leads to.
    std::optional<std::size_t> next_entry(std::size_t offset) {
        if (++tables_ > kTablesMax) return std::nullopt;
        std::ranges::sort(entries_);
        const auto entry = std::ranges::upper_bound(entries_, offset);
        if (entry == entries_.end()) return std::nullopt;
        return *entry;
    }

    /// What comes in last is only believed once the flow of control has ended after it.
    void judge(const Decoded& instruction, std::uint64_t address) {
        has_pending_ = true;
        const IsaNeed& need = instruction.need;
        if (need.extension != nullptr || need.level > scan_.level_used) {
            if (need.level > Level::x86_64 || need.extension != nullptr)
                pending_.push_back({need, instruction.mnemonic, address});
        }
        if (instruction.ends_flow) believe();
    }

    void believe() {
        if (has_pending_ && scan_.level_used == Level::none) scan_.level_used = Level::x86_64;
        for (const Pending& pending : pending_) {
            const IsaNeed& need = pending.need;
            if (need.extension != nullptr) {
                if (!scan_.outside.contains(need.extension))
                    scan_.outside.emplace(need.extension, described(pending));
            } else if (need.level > scan_.level_used) {
                scan_.level_used = need.level;
                scan_.highest = described(pending);
            }
        }
        pending_.clear();
        has_pending_ = false;
    }

    struct Pending {
        IsaNeed need;
        ZydisMnemonic mnemonic;
        std::uint64_t address;
    };

    static InstructionAt described(const Pending& pending) {
        const char* mnemonic = ZydisMnemonicGetString(pending.mnemonic);
        return {mnemonic != nullptr ? mnemonic : "?", pending.address, pending.need.level,
                pending.need.is_system};
    }

    Decoder& decoder_;
    Bytes code_;
    std::uint64_t address_;
    CodeScan scan_;
    std::vector<Pending> pending_;
    std::vector<std::size_t> entries_;  ///< forward targets within the stretch
    int tables_ = 0;
    bool has_pending_ = false;
};

}  // namespace

CodeScan scan_code(Decoder& decoder, Bytes code, std::uint64_t address) {
    return Scanner(decoder, code, address).scan();
}

}  // namespace terrace::audit
