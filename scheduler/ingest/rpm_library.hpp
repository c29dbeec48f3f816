#pragma once

#include <rpm/rpmtypes.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/vocab/result.hpp"

/// librpm, used for reading headers only: its macros are global to the process, so nothing may
/// parse a spec.
namespace terrace::ingest {

struct FreeHeader {
    void operator()(headerToken_s* header) const;
};
using HeaderPtr = std::unique_ptr<headerToken_s, FreeHeader>;

/// The header of an RPM whose digests, of header and payload, all fit; signatures are not looked
/// at. Otherwise `invalid_argument`, and the message is why, as a clause: "it is no RPM package".
/// librpm's own words go there too, and never to standard error. From any thread; one at a time is
/// served. Throws std::system_error if the file cannot be opened.
Result<HeaderPtr> read_header(const std::filesystem::path& file);

}  // namespace terrace::ingest
