#include "worker/mock/relabelled_rpm.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/os/hash.hpp"

namespace terrace::worker {
namespace {

// The layout of a package: lead, signature header, padding to 8, header, payload. A header is a
// magic number, two counts, an index of 16 bytes an entry, and a store that the index points into.
constexpr std::size_t kLeadBytes = 96;
constexpr std::size_t kIntroBytes = 16;
constexpr std::size_t kEntryBytes = 16;
constexpr std::uint32_t kEntriesMax = 1 << 16;
constexpr std::uint32_t kStoreBytesMax = 256 << 20;
constexpr std::string_view kMagic{"\x8e\xad\xe8\x01\0\0\0\0", 8};

constexpr std::uint32_t kArch = 1022;
constexpr std::uint32_t kSize = 1000;  // of header and payload
constexpr std::uint32_t kMd5 = 1004;   // of header and payload
constexpr std::uint32_t kSha1 = 269;   // of the header, as the others
constexpr std::uint32_t kSha256 = 273;
constexpr std::uint32_t kSha3 = 279;

// Types of values that are not bytes.
constexpr std::uint32_t kInt16 = 3;
constexpr std::uint32_t kInt32 = 4;
constexpr std::uint32_t kInt64 = 5;
constexpr std::uint32_t kString = 6;
constexpr std::uint32_t kStringArray = 8;
constexpr std::uint32_t kI18nString = 9;

constexpr std::string_view kPlainArch = "x86_64";

std::string hex_of(std::string_view raw) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char c : raw) {
        text += kDigits[static_cast<unsigned char>(c) >> 4U];
        text += kDigits[static_cast<unsigned char>(c) & 0xfU];
    }
    return text;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (const char c : bytes.substr(at, 4)) number = number << 8U | static_cast<unsigned char>(c);
    return number;
}

void put_number(std::string& bytes, std::size_t at, std::size_t number) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + i] = static_cast<char>(number >> (24 - 8 * i) & 0xffU);
}

/// One of the two headers, as it is in the file; empty at its end or for anything else.
std::string read_header(std::istream& in) {
    std::string header(kIntroBytes, '\0');
    in.read(header.data(), kIntroBytes);
    if (!in || !header.starts_with(kMagic)) return "";
    const std::uint32_t entries = number_at(header, 8);
    const std::uint32_t store = number_at(header, 12);
    if (entries > kEntriesMax || store > kStoreBytesMax) return "";
    header.resize(kIntroBytes + entries * kEntryBytes + store);
    in.read(header.data() + kIntroBytes, static_cast<std::streamsize>(header.size() - kIntroBytes));
    return in ? header : "";
}

/// An entry of a header's index.
struct Entry {
    std::size_t index = 0;  ///< where its 16 bytes begin
    std::uint32_t tag = 0;
    std::uint32_t type = 0;
    std::size_t value = 0;  ///< where its value begins
    std::uint32_t count = 0;
};

std::vector<Entry> entries_of(std::string_view header) {
    const std::size_t store = kIntroBytes + number_at(header, 8) * kEntryBytes;
    std::vector<Entry> entries;
    for (std::size_t at = kIntroBytes; at < store; at += kEntryBytes) {
        entries.push_back({at, number_at(header, at), number_at(header, at + 4),
                           store + number_at(header, at + 8), number_at(header, at + 12)});
    }
    return entries;
}

/// The bytes of that many strings, each with its NUL.
std::size_t strings_size(std::string_view header, std::size_t at, std::uint32_t count) {
    const std::size_t begin = at;
    for (; count > 0 && at < header.size(); --count) {
        at = std::min(header.find('\0', at), header.size() - 1) + 1;
    }
    return at - begin;
}

/// Of one number, which is aligned to it, or byte; 0 for strings.
std::size_t width_of(std::uint32_t type) {
    switch (type) {
        case kInt16: return 2;
        case kInt32: return 4;
        case kInt64: return 8;
        case kString:
        case kStringArray:
        case kI18nString: return 0;
        default: return 1;
    }
}

std::string_view value_of(std::string_view header, const Entry& entry) {
    if (entry.value > header.size()) return {};
    const std::size_t width = width_of(entry.type);
    const std::size_t size = width == 0 ? strings_size(header, entry.value, entry.count)
                                        : width * std::size_t{entry.count};
    return header.substr(entry.value, size);
}

std::string_view text_of(std::string_view header, const Entry& entry) {
    const std::string_view value = value_of(header, entry);
    return value.substr(0, value.find('\0'));
}

std::optional<Entry> find_entry(std::string_view header, std::uint32_t tag) {
    const std::vector<Entry> entries = entries_of(header);
    const auto found = std::ranges::find(entries, tag, &Entry::tag);
    return found == entries.end() ? std::nullopt : std::optional(*found);
}

/// Overwrites a value by one of the same size, if it is there.
void put_value(std::string& header, std::uint32_t tag, std::string_view value) {
    const auto entry = find_entry(header, tag);
    if (entry && entry->value + value.size() <= header.size())
        header.replace(entry->value, value.size(), value);
}

/// The header with another architecture. The store is laid out anew: rpm refuses one with gaps.
std::string with_arch(std::string_view header, std::string_view arch) {
    std::vector<Entry> entries = entries_of(header);
    std::ranges::sort(entries, {}, [](const Entry& x) { return std::pair(x.value, x.index); });
    std::string index(header.substr(0, kIntroBytes + entries.size() * kEntryBytes));
    std::string store;
    for (const Entry& entry : entries) {
        const std::size_t alignment = std::max<std::size_t>(width_of(entry.type), 1);
        store.append((alignment - store.size() % alignment) % alignment, '\0');
        put_number(index, entry.index + 8, store.size());
        store +=
            entry.tag == kArch ? std::string(arch) + '\0' : std::string(value_of(header, entry));
    }
    put_number(index, 12, store.size());
    return index + store;
}

std::string digest_of(os::HashKind kind, std::string_view bytes) {
    os::Hash hash(kind);
    hash.update(bytes);
    return hash.finish();
}

/// Copies the payload; returns the MD5 of header and payload.
std::string copy_payload(std::istream& in, std::ostream& out, std::string_view header) {
    os::Hash md5(os::HashKind::md5);
    md5.update(header);
    std::string piece(1 << 20, '\0');
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const std::string_view got(piece.data(), static_cast<std::size_t>(in.gcount()));
        md5.update(got);
        out.write(got.data(), static_cast<std::streamsize>(got.size()));
    }
    return md5.finish();
}

}  // namespace

bool is_level_arch(std::string_view arch) {
    return arch.starts_with("x86_64_v") && arch.size() == kPlainArch.size() + 3;
}

Result<void> copy_as_x86_64(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::ifstream in(from, std::ios::binary);
    std::string lead(kLeadBytes, '\0');
    in.read(lead.data(), kLeadBytes);
    std::string signatures = read_header(in);
    std::string padding((8 - signatures.size() % 8) % 8, '\0');
    in.read(padding.data(), static_cast<std::streamsize>(padding.size()));
    const std::string old = signatures.empty() ? "" : read_header(in);
    const auto arch = old.empty() ? std::nullopt : find_entry(old, kArch);
    if (!arch || !is_level_arch(text_of(old, *arch))) {
        return Error{Errc::invalid_argument,
                     from.string() + " is no package of an x86_64 level's architecture."};
    }
    const std::string header = with_arch(old, kPlainArch);
    if (const auto size = find_entry(signatures, kSize); size && size->type == kInt32) {
        const std::size_t grown = number_at(signatures, size->value) + header.size();
        put_number(signatures, size->value, grown - old.size());
    }
    put_value(signatures, kSha1, hex_of(digest_of(os::HashKind::sha1, header)));
    put_value(signatures, kSha256, hex_of(digest_of(os::HashKind::sha256, header)));
    put_value(signatures, kSha3, hex_of(digest_of(os::HashKind::sha3_256, header)));

    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    out << lead << signatures << padding << header;
    put_value(signatures, kMd5, copy_payload(in, out, header));
    out.seekp(kLeadBytes);
    out << signatures << std::flush;
    if (!out || in.bad()) {
        throw std::system_error(errno, std::generic_category(), "cannot write " + to.string());
    }
    return {};
}

}  // namespace terrace::worker
