#pragma once

#include <string>
#include <vector>

#include "scheduler/core/config.hpp"

namespace terrace::publish {

/// A file of metadata that the operator gives, beside what packages say of themselves.
struct ExtraMetadata {
    std::string type;  ///< in repomd.xml: "group", "updateinfo"
    std::string name;  ///< of the file, behind its digest: "comps.xml"
    std::string text;
    bool compressed = false;  ///< dnf takes comps.xml as it is
};

/// Reads and checks what a release names. Throws PublishError with file, line and cause for what is
/// no XML or not of its kind; std::system_error if a file cannot be read. From any thread.
std::vector<ExtraMetadata> read_extra_metadata(const core::MetadataFiles& files);

}  // namespace terrace::publish
