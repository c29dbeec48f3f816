#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include "worker/audit/bytes.hpp"

namespace terrace::audit {

/// An RPM that cannot be read. The message names the file and the cause.
struct AuditError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What a reader of packages is interested in.
struct RpmVisitor {
    std::function<bool(const std::string& package)>
        wants_package;                      ///< false: the payload is not read
    std::function<bool(Bytes)> wants_file;  ///< asked with a file's first bytes
    std::function<void(const std::string& path, Bytes content)> take_file;
};

/// Shows the package's regular files, in the order of the payload; of hard links to one file only
/// the link that carries it. Nothing is written to disk. Throws AuditError. Callable from any
/// thread, but one package is read at a time.
void read_rpm(const std::filesystem::path& rpm, const RpmVisitor& visitor);

}  // namespace terrace::audit
