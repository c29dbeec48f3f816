#pragma once

#include <string>
#include <vector>

#include "worker/audit/bytes.hpp"

namespace terrace::audit {

struct LibraryMember {
    std::string name;
    Bytes content;
};

/// True for an archive as ar(1) makes it, by its first bytes.
bool is_static_library(Bytes content);

/// The members in order, without the symbol table and the table of long names. Throws ElfError.
/// @pre is_static_library(content)
std::vector<LibraryMember> read_static_library(Bytes content);

}  // namespace terrace::audit
