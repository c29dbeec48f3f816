#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/os/unique_fd.hpp"
#include "scheduler/http/message.hpp"

namespace terrace::rest {

/// Reads a part of one file, in order.
class FileSource final : public BodySource {
public:
    /// Opens it; throws std::system_error.
    explicit FileSource(FilePart part);
    /// Of a file that is open already; the part's path is for messages.
    FileSource(os::UniqueFd file, FilePart part);

    std::uint64_t left() const override { return part_.size; }
    /// Throws std::system_error, and std::runtime_error if the file is shorter than the part says.
    std::string read_piece() override;

private:
    os::UniqueFd file_;
    FilePart part_;
};

}  // namespace terrace::rest
