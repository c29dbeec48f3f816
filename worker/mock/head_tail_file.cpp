#include "worker/mock/head_tail_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace terrace::worker {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), std::string(what) + path.string());
}

std::int64_t length_of(std::string_view text) {
    return static_cast<std::int64_t>(text.size());
}

}  // namespace

HeadTailFile::HeadTailFile(const std::filesystem::path& path, LogLimits limits)
    : path_(path),
      limits_(limits),
      file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (!file_) fail("cannot make ", path_);
}

void HeadTailFile::append(std::string_view lines) {
    if (closed_ || full_disk_ || lines.empty()) return;
    if (!head_full_ && head_ + length_of(lines) <= limits_.head_bytes) {
        if (write(lines, head_)) head_ += length_of(lines);
        return;
    }
    if (!head_full_) {
        head_full_ = true;
        between_ = "\n==> The log is longer than " + std::to_string(limits_.head_bytes) +
                   " bytes: what follows comes when the attempt has ended. <==\n";
    }
    append_to_tail(lines);
}

void HeadTailFile::append_to_tail(std::string_view lines) {
    while (!lines.empty() && !full_disk_) {
        const std::int64_t at = rest_ % limits_.tail_bytes;
        const auto piece = lines.substr(0, static_cast<std::size_t>(limits_.tail_bytes - at));
        if (write(piece, head_ + at)) {
            rest_ += length_of(piece);
        } else if (rest_ > limits_.tail_bytes - length_of(piece)) {
            lost_ = length_of(piece);
        }
        lines.remove_prefix(piece.size());
    }
}

/// False: the disk is full, say. The build's own end will tell; the text just stops here.
bool HeadTailFile::write(std::string_view bytes, std::int64_t at) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(file_.get(), bytes.data(), bytes.size(), at);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            at += count;
        } else if (errno != EINTR) {
            full_disk_ = true;
            return false;
        }
    }
    return true;
}

void HeadTailFile::close() {
    if (closed_) return;
    closed_ = true;
    const std::int64_t there = std::max<std::int64_t>(limits_.tail_bytes - lost_, 0);
    if (rest_ <= there) return;
    tail_begin_ = first_line_of_tail(rest_ - there);
    between_ += "==> " + std::to_string(tail_begin_) + " bytes are left out here. <==\n";
}

/// Where the first whole line at or after `begin` begins; `begin` itself if there is no other line.
std::int64_t HeadTailFile::first_line_of_tail(std::int64_t begin) const {
    constexpr std::int64_t kPieceBytes = 64 << 10;
    for (std::int64_t at = begin; at < rest_;) {
        const std::string piece = read_tail(at, std::min(kPieceBytes, rest_ - at));
        const std::size_t end = piece.find('\n');
        if (end != std::string::npos) {
            const std::int64_t next = at + static_cast<std::int64_t>(end) + 1;
            return next < rest_ ? next : begin;
        }
        at += length_of(piece);
    }
    return begin;
}

std::int64_t HeadTailFile::size() const {
    // The notice can be read at once: whoever follows the log learns why it pauses.
    if (closed_) return head_ + length_of(between_) + rest_ - tail_begin_;
    return head_ + length_of(between_);
}

std::string HeadTailFile::read(std::int64_t offset, std::int64_t bytes_max) const {
    if (offset < head_) return read_file(offset, std::min(bytes_max, head_ - offset));
    const std::int64_t in_between = offset - head_;
    if (in_between < length_of(between_)) {
        return between_.substr(static_cast<std::size_t>(in_between),
                               static_cast<std::size_t>(bytes_max));
    }
    const std::int64_t at = tail_begin_ + in_between - length_of(between_);
    return read_tail(at, std::min(bytes_max, rest_ - at));
}

/// Up to the end of the ring, at most.
std::string HeadTailFile::read_tail(std::int64_t at, std::int64_t bytes) const {
    const std::int64_t in_ring = at % limits_.tail_bytes;
    return read_file(head_ + in_ring, std::min(bytes, limits_.tail_bytes - in_ring));
}

std::string HeadTailFile::read_file(std::int64_t at, std::int64_t bytes) const {
    std::string text(static_cast<std::size_t>(bytes), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
        const ssize_t count = ::pread(file_.get(), text.data() + got, text.size() - got,
                                      at + static_cast<std::int64_t>(got));
        if (count < 0 && errno == EINTR) continue;
        if (count == 0) errno = ENODATA;
        if (count <= 0) fail("cannot read ", path_);
        got += static_cast<std::size_t>(count);
    }
    return text;
}

}  // namespace terrace::worker
