#pragma once

#include <cstdint>
#include <string_view>

#include "common/vocab/sha256.hpp"
#include "worker/audit/code_map.hpp"
#include "worker/audit/code_scan.hpp"
#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

/// The identity of an object: pieces with their lengths before them, so that no two lists of pieces
/// give the same bytes.
class CodeHash {
public:
    void add(std::string_view piece);
    void add(Bytes piece);
    /// A stretch without its addresses, then what its references mean: which stretch or section,
    /// and how far in it.
    void add(const CodeScan& scan, const CodeMap& map);
    /// Constants and variables without their addresses, and what the relocations say about these.
    void add_data(const ElfImage& image, const CodeMap& map);
    Digest finish() { return hash_.finish(); }

private:
    void append_place(std::uint64_t place, const CodeMap& map);
    void append_number(std::uint64_t number);

    Sha256 hash_;
    std::string buffer_;
};

}  // namespace terrace::audit
