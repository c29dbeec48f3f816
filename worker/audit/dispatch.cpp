#include "worker/audit/dispatch.hpp"

#include <Zydis/Zydis.h>
#include <elf.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace terrace::audit {

namespace {

constexpr Allowance kAnything{Level::x86_64_v4, true};
constexpr std::size_t kResolversMax = 100'000;

bool suffices(Allowance allowance, Allowance needs) {
    return allowance.level >= needs.level && (allowance.any_extension || !needs.any_extension);
}

bool less(Allowance a, Allowance b) {
    return std::tie(a.level, a.any_extension) < std::tie(b.level, b.any_extension);
}

/// Numbers in the instructions of a stretch: where code is linked to one address, these may be
/// addresses of functions.
std::vector<std::uint64_t> immediates_of(Bytes code) {
    std::vector<std::uint64_t> numbers;
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    for (std::size_t offset = 0; offset < code.size();) {
        ZydisDecodedInstruction instruction;
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, nullptr, code.data() + offset,
                                                        code.size() - offset, &instruction))) {
            break;
        }
        const auto& immediate = instruction.raw.imm[0];
        if (immediate.size != 0 && !immediate.is_relative) numbers.push_back(immediate.value.u);
        offset += instruction.length;
    }
    return numbers;
}

class DispatchFinder {
public:
    DispatchFinder(const ElfImage& image, const CodeMap& map, const std::vector<StretchUse>& uses)
        : image_(image), map_(map), uses_(uses), allowed_(uses.size()) {}

    std::vector<Allowance> find() {
        for (std::size_t i = 0; i < uses_.size(); ++i) {
            const Stretch& stretch = map_.stretches()[i];
            if (stretch.has_name) allowed_[i] = allowance_of_name(stretch.name);
        }
        for (const Relocation& relocation : image_.relocations) {
            // Calls are no addresses that somebody takes.
            if (!relocation.target || relocation.type == R_X86_64_PLT32) continue;
            slots_.emplace(relocation.place, *relocation.target);
        }
        for (const std::uint64_t place : image_.resolvers) allow_targets_of_resolver(place);
        if (!image_.is_fixed) allow_helpers();
        return std::move(allowed_);
    }

private:
    void take_target(std::uint64_t target) {
        const auto stretch = map_.stretch_at(target);
        // Not a variable within the code, nor the middle of something.
        if (stretch && map_.place_of(map_.stretches()[*stretch]) == target)
            targets_.insert(*stretch);
    }

    /// One of the targets is for CPUs that have nothing more: who names it says so, else it is the
    /// one that needs least.
    void allow_targets_of_resolver(std::uint64_t place) {
        std::vector<std::size_t> resolvers;
        targets_.clear();
        visit(place, resolvers);
        while (!resolvers.empty()) {
            const std::size_t resolver = resolvers.back();
            resolvers.pop_back();
            find_targets_of(resolver, resolvers);
        }
        std::optional<std::size_t> least;
        for (const std::size_t target : targets_) {
            if (!least || less(uses_[target].needs, uses_[*least].needs)) least = target;
        }
        for (const std::size_t target : targets_) {
            const bool is_last_resort =
                target == *least || is_baseline_name(map_.stretches()[target].name);
            Allowance& known = allowed_[target];
            if (known == Allowance{} && !is_last_resort) known = kAnything;
        }
    }

    void visit(std::uint64_t place, std::vector<std::size_t>& resolvers) {
        const auto stretch = map_.stretch_at(place);
        if (stretch && visited_.size() < kResolversMax && visited_.insert(*stretch).second)
            resolvers.push_back(*stretch);
    }

    /// Those that it only jumps to are part of it.
    void find_targets_of(std::size_t resolver, std::vector<std::size_t>& resolvers) {
        const Stretch& stretch = map_.stretches()[resolver];
        for (const Reference& reference : uses_[resolver].references) {
            if (reference.kind == ReferenceKind::address) {
                take_target(reference.target);
            } else if (reference.kind == ReferenceKind::data) {
                const auto slot = slots_.find(reference.target);  // of the global offset table
                if (slot != slots_.end()) take_target(slot->second);
            } else if (reference.kind == ReferenceKind::jump) {
                visit(reference.target, resolvers);
            }
        }
        const std::uint64_t begin = map_.place_of(stretch);
        if (image_.is_relocatable) {
            for (auto slot = slots_.lower_bound(begin);
                 slot != slots_.end() && slot->first < begin + stretch.size; ++slot) {
                take_target(slot->second);
            }
        }
        if (image_.is_fixed) {
            for (const std::uint64_t number : immediates_of(map_.bytes_of(stretch)))
                take_target(number);
        }
    }

    /// Who mentions each stretch that needs more than it is allowed.
    void allow_helpers() {
        std::map<std::size_t, std::set<std::size_t>> mentioned_by;
        for (std::size_t i = 0; i < uses_.size(); ++i) {
            if (!suffices(allowed_[i], uses_[i].needs)) mentioned_by[i];
        }
        if (mentioned_by.empty()) return;
        const auto mention = [&](std::uint64_t target, std::optional<std::size_t> by) {
            const auto stretch = map_.stretch_at(target);
            if (!stretch || stretch == by) return;
            const auto found = mentioned_by.find(*stretch);
            if (found == mentioned_by.end()) return;
            if (by) {
                found->second.insert(*by);
            } else {
                mentioned_by.erase(found);  // anybody may come in
            }
        };
        for (std::size_t i = 0; i < uses_.size(); ++i) {
            for (const Reference& reference : uses_[i].references) mention(reference.target, i);
        }
        for (const Relocation& relocation : image_.relocations) {
            if (relocation.target) mention(*relocation.target, map_.stretch_at(relocation.place));
        }
        for (const std::uint64_t place : image_.entry_points) mention(place, std::nullopt);
        settle(mentioned_by);
    }

    /// Until nothing changes: a helper may have a helper.
    void settle(std::map<std::size_t, std::set<std::size_t>>& mentioned_by) {
        for (bool changes = true; changes;) {
            changes = false;
            std::erase_if(mentioned_by, [&](const auto& entry) {
                const auto& [stretch, mentions] = entry;
                if (mentions.empty()) return false;
                Allowance all = kAnything;
                for (const std::size_t by : mentions) all = narrower(all, allowed_[by]);
                if (!suffices(all, uses_[stretch].needs)) return false;
                allowed_[stretch] = all;
                changes = true;
                return true;
            });
        }
    }

    const ElfImage& image_;
    const CodeMap& map_;
    const std::vector<StretchUse>& uses_;
    std::vector<Allowance> allowed_;
    std::set<std::size_t> targets_;                      ///< of the resolver at hand
    std::set<std::size_t> visited_;                      ///< resolvers, and what these jump to
    std::multimap<std::uint64_t, std::uint64_t> slots_;  ///< what relocations write where
};

}  // namespace

std::vector<Allowance> find_dispatched(const ElfImage& image,
                                       const CodeMap& map,
                                       const std::vector<StretchUse>& uses) {
    return DispatchFinder(image, map, uses).find();
}

}  // namespace terrace::audit
