#include "scheduler/publish/rpm_signature.hpp"

#include <fcntl.h>
#include <rpm/header.h>
#include <rpm/rpmtag.h>
#include <rpm/rpmtd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <type_traits>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

struct FreeHeader {
    void operator()(Header header) const { headerFree(header); }
};
using HeaderPtr = std::unique_ptr<std::remove_pointer_t<Header>, FreeHeader>;
struct FreeIterator {
    void operator()(HeaderIterator iterator) const { headerFreeIterator(iterator); }
};
using IteratorPtr = std::unique_ptr<std::remove_pointer_t<HeaderIterator>, FreeIterator>;

constexpr std::size_t kLeadBytes = 96;
constexpr std::size_t kIntroBytes = 16;
constexpr std::size_t kMagicBytes = 8;
constexpr std::string_view kMagic{"\x8e\xad\xe8\x01\0\0\0\0", kMagicBytes};
// As rpm limits them (lib/header.c: hdrblobRead).
constexpr std::uint32_t kEntriesMax = 0xffff;
constexpr std::uint32_t kStoreBytesMax = 256 << 20;

// Older headers of rpm do not name these.
constexpr rpmTagVal kPayloadDigest = 5092;
constexpr rpmTagVal kRpmFormat = 5114;
constexpr rpmTagVal kOpenPgp = 278;
constexpr rpmTagVal kReserved = 999;

[[noreturn]] void fail(const std::filesystem::path& rpm, const std::string& why) {
    throw PublishError("Cannot sign " + rpm.filename().string() + ": " + why + ".");
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (const char c : bytes.substr(at, 4)) number = number << 8U | static_cast<unsigned char>(c);
    return number;
}

std::string read_bytes(const os::UniqueFd& file,
                       std::size_t size,
                       const std::filesystem::path& rpm) {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const ssize_t part = ::read(file.get(), bytes.data() + got, size - got);
        if (part < 0) os::throw_errno("read", rpm);
        if (part == 0) fail(rpm, "it ends in its header");
        got += static_cast<std::size_t>(part);
    }
    return bytes;
}

std::string read_header(const os::UniqueFd& file, const std::filesystem::path& rpm) {
    std::string header = read_bytes(file, kIntroBytes, rpm);
    const std::uint32_t entries = number_at(header, 8);
    const std::uint32_t store = number_at(header, 12);
    if (!header.starts_with(kMagic) || entries > kEntriesMax || store > kStoreBytesMax)
        fail(rpm, "it is no RPM");
    return header + read_bytes(file, entries * std::size_t{16} + store, rpm);
}

std::size_t padding_after(std::size_t size) {
    return (8 - size % 8) % 8;
}

/// Checked by librpm: offsets, types and regions are right.
HeaderPtr import(std::string header, const std::filesystem::path& rpm) {
    HeaderPtr imported(headerImport(header.data() + kMagicBytes,
                                    static_cast<unsigned int>(header.size() - kMagicBytes),
                                    HEADERIMPORT_COPY));
    if (!imported) fail(rpm, "its header is damaged");
    return imported;
}

/// What must not be in the new signature header: what is made anew, and signatures of any kind.
bool is_dropped(rpmTagVal tag) {
    switch (tag) {
        case RPMTAG_HEADERSIGNATURES:
        case RPMTAG_HEADERIMMUTABLE:
        case RPMTAG_DSAHEADER:
        case RPMTAG_RSAHEADER:
        case kOpenPgp:
        case kReserved:
        case RPMSIGTAG_PGP:
        case RPMSIGTAG_GPG:
        case RPMSIGTAG_PGP5:
        case RPMSIGTAG_RESERVEDSPACE: return true;
        default: return false;
    }
}

/// rpm keeps a signature by RSA under one tag, and any other under that of DSA.
rpmTagVal tag_for(std::string_view algorithm) {
    return algorithm.starts_with("RSA") ? RPMTAG_RSAHEADER : RPMTAG_DSAHEADER;
}

}  // namespace

RpmHead read_rpm_head(const std::filesystem::path& rpm) {
    const os::UniqueFd file(open(rpm.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) os::throw_errno("open", rpm);
    RpmHead head;
    head.lead = read_bytes(file, kLeadBytes, rpm);
    head.signatures = read_header(file, rpm);
    const std::size_t padding = padding_after(head.signatures.size());
    read_bytes(file, padding, rpm);
    head.header = read_header(file, rpm);
    head.payload_offset = kLeadBytes + head.signatures.size() + padding + head.header.size();

    const HeaderPtr header = import(head.header, rpm);
    if (headerIsEntry(header.get(), kRpmFormat) != 0)
        fail(rpm, "it is of RPM's format 6, which is not signed yet: build with %_rpmformat 4");
    if (headerIsEntry(header.get(), kPayloadDigest) == 0)
        fail(rpm, "its header has no digest of the payload: it was built by rpm before 4.14");
    return head;
}

std::string signed_head(const RpmHead& head,
                        std::string_view signature,
                        std::string_view algorithm,
                        const std::filesystem::path& rpm) {
    const HeaderPtr old = import(head.signatures, rpm);
    HeaderPtr made(headerNew());
    {
        const IteratorPtr entries(headerInitIterator(old.get()));
        rpmtd_s entry{};
        while (headerNext(entries.get(), &entry) != 0) {
            if (!is_dropped(entry.tag) && headerPut(made.get(), &entry, HEADERPUT_DEFAULT) == 0)
                fail(rpm, "its signature header cannot be copied");
            rpmtdFreeData(&entry);
        }
    }
    std::string copy(signature);
    if (headerPutBin(made.get(), tag_for(algorithm), reinterpret_cast<uint8_t*>(copy.data()),
                     static_cast<rpm_count_t>(copy.size())) == 0)
        fail(rpm, "its signature does not fit into its header");
    // The immutable region, without which rpm takes no signature header for one. It frees `made`.
    made.reset(headerReload(made.release(), RPMTAG_HEADERSIGNATURES));
    if (!made) fail(rpm, "its signature header cannot be made");
    unsigned int size = 0;
    const std::unique_ptr<void, decltype(&std::free)> blob(headerExport(made.get(), &size),
                                                           &std::free);
    if (!blob) fail(rpm, "its signature header cannot be written");
    std::string bytes = head.lead;
    bytes += kMagic;
    bytes.append(static_cast<const char*>(blob.get()), size);
    bytes.append(padding_after(kMagicBytes + size), '\0');
    return bytes;
}

}  // namespace terrace::publish
