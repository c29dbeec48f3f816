#include "scheduler/publish/signature_check.hpp"

#include <rpm/header.h>
#include <rpm/rpmio.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmpgp.h>
#include <rpm/rpmtag.h>
#include <rpm/rpmtd.h>
#include <rpm/rpmts.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <utility>

#include "common/os/base64.hpp"
#include "common/os/files.hpp"
#include "common/vocab/owned.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

constexpr std::string_view kKeyBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr rpmTagVal kOpenPgp = 278;  // of RPM's format 6; older headers of rpm do not name it

using OwnedHeader = Owned<Header, &headerFree>;
using OwnedSignature = Owned<pgpDigParams, &pgpDigParamsFree>;
using OwnedPackets = Owned<uint8_t*, &std::free>;
using OwnedFile = Owned<FD_t, &Fclose>;

struct Packets {
    OwnedPackets bytes;
    std::size_t size = 0;
};

/// The bytes of an armored signature (RFC 4880, 6.2); empty if it is none. librpm reads the armor
/// of public keys alone.
std::string without_armor(const std::string& text) {
    std::istringstream lines(text);
    std::string base64;
    bool inside = false;
    bool after_headers = false;
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line == "-----BEGIN PGP SIGNATURE-----") {
            inside = true;
        } else if (inside && line.empty()) {
            after_headers = true;
        } else if (after_headers) {
            if (line.starts_with('=') || line.starts_with('-')) break;  // its checksum, or its end
            base64 += line;
        }
    }
    const auto bytes = os::from_base64(base64);
    return bytes ? *bytes : "";
}

/// The public keys of the first armored block of `text`; no bytes if it has none.
Packets keys_of_block(const std::string& text) {
    Packets packets;
    uint8_t* bytes = nullptr;
    const bool read = pgpParsePkts(text.c_str(), &bytes, &packets.size) == PGPARMOR_PUBKEY;
    packets.bytes.reset(bytes);
    if (!read) packets.bytes.reset();
    return packets;
}

OwnedSignature signature_of(const uint8_t* bytes, std::size_t size) {
    pgpDigParams signature = nullptr;
    if (pgpPrtParams(bytes, size, PGPTAG_SIGNATURE, &signature) != 0) return nullptr;
    return OwnedSignature(signature);
}

/// "3A5B..." of the key that made it, as rpm shows it.
std::string key_of(const OwnedSignature& signature) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const uint8_t* id = signature ? pgpDigParamsSignID(signature.get()) : nullptr;
    if (id == nullptr) return "unknown";
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) text += {kDigits[id[i] >> 4U], kDigits[id[i] & 0xfU]};
    return text;
}

std::string by_unknown(const OwnedSignature& signature) {
    return "It is signed by the key " + key_of(signature) + ", which is none of the release's.";
}

/// The signature of an RPM's header, as its signature header has it; null if there is none.
OwnedSignature signature_in(Header header) {
    for (const rpmTagVal tag : {rpmTagVal{RPMTAG_RSAHEADER}, rpmTagVal{RPMTAG_DSAHEADER}}) {
        rpmtd_s data{};
        if (headerGet(header, tag, &data, HEADERGET_MINMEM) == 0) continue;
        OwnedSignature signature = signature_of(static_cast<const uint8_t*>(data.data), data.count);
        rpmtdFreeData(&data);
        return signature;
    }
    return nullptr;
}

bool is_signed(Header header) {
    return headerIsEntry(header, RPMTAG_RSAHEADER) != 0 ||
           headerIsEntry(header, RPMTAG_DSAHEADER) != 0 || headerIsEntry(header, kOpenPgp) != 0;
}

}  // namespace

struct SignatureCheck::Keyring {
    Owned<rpmKeyring, &rpmKeyringFree> keys{rpmKeyringNew()};
    Owned<rpmts, &rpmtsFree> transaction{rpmtsCreate()};
    int count = 0;

    void add(const Packets& packets) {
        const Owned<rpmPubkey, &rpmPubkeyFree> key(rpmPubkeyNew(packets.bytes.get(), packets.size));
        if (!key || rpmKeyringAddKey(keys.get(), key.get()) < 0) return;
        ++count;
        int subkey_count = 0;
        const Owned<rpmPubkey*, &std::free> subkeys(rpmGetSubkeys(key.get(), &subkey_count));
        for (int i = 0; i < subkey_count; ++i) {
            rpmKeyringAddKey(keys.get(), subkeys.get()[i]);
            rpmPubkeyFree(subkeys.get()[i]);
        }
    }
};

SignatureCheck::SignatureCheck(const std::string& armored_keys)
    : keyring_(std::make_unique<Keyring>()) {
    for (std::size_t begin = armored_keys.find(kKeyBegin); begin != std::string::npos;) {
        const std::size_t next = armored_keys.find(kKeyBegin, begin + kKeyBegin.size());
        const Packets packets = keys_of_block(armored_keys.substr(begin, next - begin));
        if (packets.bytes) keyring_->add(packets);
        begin = next;
    }
    if (keyring_->count == 0) throw PublishError("There is no OpenPGP key that rpm can read.");
    rpmtsSetKeyring(keyring_->transaction.get(), keyring_->keys.get());
    rpmtsSetVSFlags(keyring_->transaction.get(), RPMVSF_DEFAULT);
}

SignatureCheck::~SignatureCheck() {
    rpmlogClose();  // librpm keeps every complaint until then
}
SignatureCheck::SignatureCheck(SignatureCheck&&) noexcept = default;
SignatureCheck& SignatureCheck::operator=(SignatureCheck&&) noexcept = default;

std::string SignatureCheck::why_not_rpm(const std::filesystem::path& rpm) const {
    const OwnedFile file(Fopen(rpm.c_str(), "r.ufdio"));
    if (!file || Ferror(file.get()) != 0) os::throw_errno("open", rpm);
    Header raw = nullptr;
    const rpmRC read =
        rpmReadPackageFile(keyring_->transaction.get(), file.get(), rpm.c_str(), &raw);
    const OwnedHeader header(raw);
    if (read == RPMRC_NOTFOUND || read == RPMRC_FAIL || !header)
        return "Its signature is wrong, or its header is damaged.";
    // rpm takes an unsigned one for good, too.
    if (!is_signed(header.get())) return "It is not signed.";
    if (read != RPMRC_OK) return by_unknown(signature_in(header.get()));
    return "";
}

std::string SignatureCheck::why_not_file(const std::filesystem::path& file,
                                         const std::filesystem::path& signature) const {
    if (!std::filesystem::exists(signature))
        return "It is not signed: there is no " + signature.filename().string() + ".";
    const std::string bytes = without_armor(os::read_file(signature));
    const OwnedSignature made =
        signature_of(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    const std::string damaged =
        "Its signature, " + signature.filename().string() + ", cannot be read.";
    if (!made) return damaged;
    const DIGEST_CTX digest = rpmDigestInit(
        static_cast<int>(pgpDigParamsAlgo(made.get(), PGPVAL_HASHALGO)), RPMDIGEST_NONE);
    if (digest == nullptr) return damaged;
    const std::string content = os::read_file(file);
    rpmDigestUpdate(digest, content.data(), content.size());
    const rpmRC verified = rpmKeyringVerifySig(keyring_->keys.get(), made.get(), digest);
    rpmDigestFinal(digest, nullptr, nullptr, 0);
    if (verified == RPMRC_OK) return "";
    if (verified == RPMRC_NOKEY) return by_unknown(made);
    return "Its signature is wrong: it is not what the key " + key_of(made) + " has signed.";
}

}  // namespace terrace::publish
