#pragma once

#include <rpm/header.h>

#include <map>
#include <string>
#include <vector>

namespace terrace::inspect {

/// What a binary package is to others and to the machine that installs it, by the name of the
/// facet: "provides", "requires" and the other dependencies, "files" (path, kind, mode, owner,
/// group, flags, target of a link), "scripts" (scriptlets and triggers with their interpreters).
///
/// Not in it, as the level or the time of the build decides it: links by build id, and what is
/// required of the C library, libm, libmvec and libgcc, where a compiler has an instruction in
/// place of a call.
std::map<std::string, std::vector<std::string>> read_facets(Header header);

}  // namespace terrace::inspect
