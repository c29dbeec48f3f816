#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

/// A function, or what lies between two: what is scanned in one piece.
struct Stretch {
    std::size_t section = 0;  ///< index in ElfImage::code
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    bool is_symbol = false;    ///< a symbol or the unwind table says that it is a function
    bool is_function = false;  ///< they do, or it is an entry
    bool has_name = false;     ///< `name` is that of a symbol
    std::string name;          ///< "function at 0x1234" without a symbol, else the section's name
};

/// Where a place of an object is, in words that do not change when sections move.
struct Location {
    std::size_t part = 0;  ///< a stretch, or behind them all an extent
    std::uint64_t offset = 0;
};

/// The code of an object in stretches, in order and without a gap, and what lies where. The image
/// must outlive it.
class CodeMap {
public:
    /// `entries`: places where code begins although no symbol says so.
    explicit CodeMap(const ElfImage& image, const std::set<std::uint64_t>& entries = {});

    const std::vector<Stretch>& stretches() const { return stretches_; }
    Bytes bytes_of(const Stretch& stretch) const;
    std::uint64_t place_of(const Stretch& stretch) const;
    /// What objdump shows.
    std::uint64_t address_of(const Stretch& stretch) const;

    /// nullopt for what is in no code.
    std::optional<std::size_t> stretch_at(std::uint64_t place) const;
    /// nullopt for what is in no section.
    std::optional<Location> locate(std::uint64_t place) const;

private:
    void add_stretches(std::size_t section, const std::set<std::uint64_t>& entries);
    void add_index(const Section& section, std::size_t first);

    const ElfImage* image_;
    std::vector<Stretch> stretches_;
    struct Range {
        std::uint64_t begin = 0;
        std::uint64_t size = 0;
        std::size_t part = 0;
    };
    /// One section of code: its stretches are `first` and those behind, and for each block of
    /// kBlockBytes there is the last of them that begins before its end.
    struct Index {
        std::uint64_t begin = 0;
        std::uint64_t size = 0;
        std::size_t first = 0;
        std::vector<std::uint32_t> last_of_block;
    };
    static constexpr std::uint64_t kBlockBytes = 128;

    std::vector<Index> indexes_;  ///< sorted
    std::vector<Range> extents_;  ///< sorted
};

}  // namespace terrace::audit
