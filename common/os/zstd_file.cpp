#include "common/os/zstd_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "common/os/files.hpp"
#include "common/os/zstd_frame.hpp"

namespace terrace::os {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFrameBytes = std::size_t{1} << 20;
constexpr int kLevel = 3;  // zstd's own default: a log shrinks to a tenth, at hundreds of MB/s
constexpr std::uint32_t kSkippableMagic = 0x184D2A5E;
constexpr std::uint32_t kSeekableMagic = 0x8F92EAB1;
constexpr std::size_t kEntryBytes = 8;
constexpr std::size_t kFooterBytes = 9;
constexpr std::size_t kHeaderBytes = 8;

std::string little_endian(std::uint32_t value) {
    std::string bytes;
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((value >> shift) & 0xFF);
    return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// Up to `size` bytes; fewer only at the end of the file.
std::string read_up_to(int fd, std::size_t size, const fs::path& path) {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const ssize_t count = ::read(fd, bytes.data() + got, size - got);
        if (count == 0) break;
        if (count > 0) {
            got += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            throw_errno("read", path);
        }
    }
    bytes.resize(got);
    return bytes;
}

std::string table_frame(const std::string& entries) {
    const auto count = static_cast<std::uint32_t>(entries.size() / kEntryBytes);
    const auto size = static_cast<std::uint32_t>(entries.size() + kFooterBytes);
    return little_endian(kSkippableMagic) + little_endian(size) + entries + little_endian(count) +
           '\0' + little_endian(kSeekableMagic);
}

}  // namespace

void compress_file(const fs::path& from, const fs::path& to) {
    const UniqueFd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) throw_errno("open", from);
    const UniqueFd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!out) throw_errno("create", to);
    std::string entries;
    for (;;) {
        const std::string text = read_up_to(in.get(), kFrameBytes, from);
        if (text.empty()) break;
        const std::string frame = zstd_frame(text, kLevel);
        write_all(out.get(), frame, to);
        entries += little_endian(static_cast<std::uint32_t>(frame.size())) +
                   little_endian(static_cast<std::uint32_t>(text.size()));
    }
    write_all(out.get(), table_frame(entries), to);
    if (::fsync(out.get()) != 0) throw_errno("sync", to);
}

ZstdFile::ZstdFile(UniqueFd file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {
    read_table();
}

void ZstdFile::read_table() {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) throw_errno("look at", path_);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size < kHeaderBytes + kFooterBytes) damaged();
    const std::string footer = bytes_at(size - kFooterBytes, kFooterBytes);
    const std::uint64_t table = std::uint64_t{number_at(footer, 0)} * kEntryBytes;
    if (number_at(footer, 5) != kSeekableMagic || footer[4] != 0 ||
        table + kHeaderBytes + kFooterBytes > size) {
        damaged();
    }
    const std::uint64_t frames_end = size - kFooterBytes - table - kHeaderBytes;
    const std::string entries =
        bytes_at(frames_end + kHeaderBytes, static_cast<std::size_t>(table));
    for (std::size_t at = 0; at < entries.size(); at += kEntryBytes) {
        offsets_.push_back(offsets_.back() + number_at(entries, at));
        const std::uint32_t text = number_at(entries, at + 4);
        if (text == 0 || text > kFrameBytes) damaged();
        begins_.push_back(begins_.back() + text);
    }
    if (offsets_.back() != frames_end) damaged();
}

std::string ZstdFile::read(std::uint64_t offset) {
    if (offset >= size()) return "";
    const auto next = std::ranges::upper_bound(begins_, offset);
    const auto index = static_cast<std::size_t>(next - begins_.begin()) - 1;
    const std::string frame =
        bytes_at(offsets_[index], static_cast<std::size_t>(offsets_[index + 1] - offsets_[index]));
    std::string text(static_cast<std::size_t>(begins_[index + 1] - begins_[index]), '\0');
    const std::size_t got = ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
    if (ZSTD_isError(got) != 0 || got != text.size()) damaged();
    text.erase(0, static_cast<std::size_t>(offset - begins_[index]));
    return text;
}

std::string ZstdFile::bytes_at(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const ssize_t count =
            ::pread(file_.get(), bytes.data() + got, size - got, static_cast<off_t>(offset + got));
        if (count == 0) damaged();
        if (count > 0) {
            got += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            throw_errno("read", path_);
        }
    }
    return bytes;
}

void ZstdFile::damaged() const {
    throw std::runtime_error("'" + path_.string() + "' is damaged");
}

}  // namespace terrace::os
