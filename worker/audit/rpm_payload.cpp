#include "worker/audit/rpm_payload.hpp"

#include <fmt/format.h>
#include <rpm/header.h>
#include <rpm/rpmarchive.h>
#include <rpm/rpmfi.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmio.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmts.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "common/vocab/owned.hpp"

namespace terrace::audit {

namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{2} << 30;
constexpr std::size_t kMagicBytes = 64;

using OwnedFile = Owned<FD_t, Fclose>;
using OwnedTransaction = Owned<rpmts, rpmtsFree>;
using OwnedKeyring = Owned<rpmKeyring, rpmKeyringFree>;
using OwnedHeader = Owned<Header, headerFree>;
using OwnedFiles = Owned<rpmfiles, rpmfilesFree>;
using OwnedIterator = Owned<rpmfi, rpmfiFree>;

/// librpm's configuration, macros and log are the process's, so one RPM is read at a time. Keeps
/// what librpm would write to standard error: it says best what is wrong with a package.
class LibrpmLock {
public:
    LibrpmLock() : lock_(mutex()) {
        static const int configured = rpmReadConfigFiles(nullptr, nullptr);
        if (configured != 0) throw AuditError("rpm's configuration on this host cannot be read.");
        rpmlogSetCallback(&LibrpmLock::take_message, &message_);
    }
    ~LibrpmLock() { rpmlogSetCallback(nullptr, nullptr); }
    LibrpmLock(const LibrpmLock&) = delete;
    LibrpmLock& operator=(const LibrpmLock&) = delete;

    /// The last message, or `otherwise` if there was none.
    std::string message_or(std::string_view otherwise) const {
        return message_.empty() ? std::string(otherwise) : message_;
    }

private:
    static std::mutex& mutex() {
        static std::mutex mutex;
        return mutex;
    }
    static int take_message(rpmlogRec record, rpmlogCallbackData data) {
        if (rpmlogRecPriority(record) > RPMLOG_ERR) return 0;
        std::string text = rpmlogRecMessage(record);
        while (text.ends_with('\n')) text.pop_back();
        *static_cast<std::string*>(data) = std::move(text);
        return 0;  // not to standard error
    }

    std::scoped_lock<std::mutex> lock_;
    std::string message_;
};

class PayloadReader {
public:
    PayloadReader(const std::filesystem::path& rpm, const LibrpmLock& librpm)
        : librpm_(librpm), path_(rpm), file_(Fopen(rpm.c_str(), "r.ufdio")) {
        if (!file_ || Ferror(file_.get()) != 0)
            fail(file_ ? Fstrerror(file_.get()) : "it cannot be opened");
        const OwnedTransaction transaction(rpmtsCreate());
        // An own, empty keyring keeps librpm from opening this host's rpm database to look for
        // keys.
        const OwnedKeyring keyring(rpmKeyringNew());
        rpmtsSetKeyring(transaction.get(), keyring.get());
        rpmtsSetVSFlags(transaction.get(), RPMVSF_MASK_NOSIGNATURES);
        Header header = nullptr;
        const rpmRC rc = rpmReadPackageFile(transaction.get(), file_.get(), path_.c_str(), &header);
        header_.reset(header);
        if (!header_ || (rc != RPMRC_OK && rc != RPMRC_NOTTRUSTED && rc != RPMRC_NOKEY)) {
            fail(librpm_.message_or("it is no RPM"));
        }
        if (headerIsSource(header_.get()) != 0) fail("it is a source package");
    }

    std::string name() { return string_of(RPMTAG_NAME); }

    void read(const RpmVisitor& visitor) {
        open_payload();
        const OwnedFiles files(rpmfilesNew(nullptr, header_.get(), 0, RPMFI_KEEPHEADER));
        if (!files) fail("its file list is damaged");
        const OwnedIterator iterator(
            rpmfiNewArchiveReader(file_.get(), files.get(), RPMFI_ITER_READ_ARCHIVE));
        if (!iterator) fail("its payload cannot be read");
        int rc = 0;
        while ((rc = rpmfiNext(iterator.get())) >= 0) {
            if (!S_ISREG(rpmfiFMode(iterator.get())) || rpmfiArchiveHasContent(iterator.get()) == 0)
                continue;
            if (read_file(iterator.get(), visitor))
                visitor.take_file(rpmfiFN(iterator.get()), content_);
        }
        if (rc != RPMERR_ITER_END) {
            const Owned<char*, std::free> cause(rpmfileStrerror(rc));
            fail(fmt::format("its payload is damaged ({})", cause.get()));
        }
    }

private:
    [[noreturn]] void fail(std::string_view cause) const {
        throw AuditError(fmt::format("The audit cannot read {}: {}.", path_.string(), cause));
    }

    std::string string_of(rpmTagVal tag) {
        const char* value = headerGetString(header_.get(), tag);
        return value != nullptr ? value : "";
    }

    void open_payload() {
        static constexpr std::pair<std::string_view, const char*> kModes[] = {{"gzip", "r.gzdio"},
                                                                              {"xz", "r.xzdio"},
                                                                              {"lzma", "r.lzdio"},
                                                                              {"bzip2", "r.bzdio"},
                                                                              {"zstd", "r.zstdio"}};
        const std::string compressor = string_of(RPMTAG_PAYLOADCOMPRESSOR);
        const auto* mode =
            std::ranges::find(kModes, compressor, &std::pair<std::string_view, const char*>::first);
        if (mode == std::end(kModes)) {
            if (compressor.empty() || compressor == "none") return;
            fail(fmt::format("its payload is compressed by {}, which is not known", compressor));
        }
        if (Fdopen(file_.get(), mode->second) == nullptr || Ferror(file_.get()) != 0) {
            fail(fmt::format("this host's librpm cannot decompress {}", compressor));
        }
    }

    /// Whether content_ is the whole of a wanted file.
    bool read_file(rpmfi iterator, const RpmVisitor& visitor) {
        const std::uint64_t size = rpmfiFSize(iterator);
        const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(size, kMagicBytes));
        content_.resize(first);
        fill(iterator, 0);
        if (!visitor.wants_file(content_)) return false;
        if (size > kFileBytesMax) fail(fmt::format("{} in it is too large", rpmfiFN(iterator)));
        content_.resize(static_cast<std::size_t>(size));
        fill(iterator, first);
        return true;
    }

    void fill(rpmfi iterator, std::size_t from) {
        while (from < content_.size()) {
            const ssize_t got =
                rpmfiArchiveRead(iterator, content_.data() + from, content_.size() - from);
            if (got <= 0) fail(fmt::format("its payload ends within {}", rpmfiFN(iterator)));
            from += static_cast<std::size_t>(got);
        }
    }

    const LibrpmLock& librpm_;
    std::filesystem::path path_;
    OwnedFile file_;
    OwnedHeader header_;
    std::vector<std::uint8_t> content_;
};

}  // namespace

void read_rpm(const std::filesystem::path& rpm, const RpmVisitor& visitor) {
    const LibrpmLock librpm;
    PayloadReader reader(rpm, librpm);
    if (visitor.wants_package(reader.name())) reader.read(visitor);
}

}  // namespace terrace::audit
