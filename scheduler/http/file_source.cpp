#include "scheduler/http/file_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "common/os/files.hpp"

namespace terrace::rest {
namespace {

constexpr std::uint64_t kPieceBytes = 256 * 1024;

os::UniqueFd opened(const std::filesystem::path& path) {
    os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) os::throw_errno("open", path);
    return file;
}

}  // namespace

FileSource::FileSource(FilePart part) : file_(opened(part.path)), part_(std::move(part)) {}

FileSource::FileSource(os::UniqueFd file, FilePart part)
    : file_(std::move(file)), part_(std::move(part)) {}

std::string FileSource::read_piece() {
    std::string piece(std::min(part_.size, kPieceBytes), '\0');
    const ssize_t got =
        ::pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(part_.offset));
    if (got < 0) os::throw_errno("read", part_.path);
    if (got == 0) throw std::runtime_error("'" + part_.path.string() + "' is shorter than it was");
    piece.resize(static_cast<std::size_t>(got));
    part_.offset += piece.size();
    part_.size -= piece.size();
    return piece;
}

}  // namespace terrace::rest
