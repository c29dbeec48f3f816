#include "scheduler/ingest/rpm_library.hpp"

#include <rpm/header.h>
#include <rpm/rpmcli.h>
#include <rpm/rpmio.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmts.h>

#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "common/vocab/check.hpp"

namespace terrace::ingest {
namespace {

struct CloseFile {
    void operator()(FD_t file) const { Fclose(file); }
};
using FilePtr = std::unique_ptr<std::remove_pointer_t<FD_t>, CloseFile>;

struct FreeTransaction {
    void operator()(rpmts transaction) const { rpmtsFree(transaction); }
};
using TransactionPtr = std::unique_ptr<std::remove_pointer_t<rpmts>, FreeTransaction>;

/// Of the calling thread: what librpm complained about since it was emptied.
thread_local std::string last_complaint;

int take_message(rpmlogRec record, rpmlogCallbackData) {
    if (rpmlogRecPriority(record) <= RPMLOG_ERR) last_complaint = rpmlogRecMessage(record);
    return 0;  // nothing to standard error
}

void init_library() {
    static std::once_flag done;
    std::call_once(done, [] {
        rpmlogSetCallback(take_message, nullptr);
        if (rpmReadConfigFiles(nullptr, nullptr) != 0) {
            throw std::runtime_error("librpm cannot read its configuration: " + last_complaint);
        }
    });
}

/// Looks at all digests and at no signature: signers are no matter of the farm's. An empty keyring
/// keeps librpm from opening the host's rpm database.
TransactionPtr new_transaction() {
    TransactionPtr transaction(rpmtsCreate());
    TERRACE_CHECK(transaction != nullptr);
    const rpmKeyring keyring = rpmKeyringNew();
    rpmtsSetKeyring(transaction.get(), keyring);
    rpmKeyringFree(keyring);
    rpmtsSetVSFlags(transaction.get(), RPMVSF_MASK_NOSIGNATURES);
    rpmtsSetVfyFlags(transaction.get(), RPMVSF_MASK_NOSIGNATURES);
    rpmtsSetVfyLevel(transaction.get(), RPMSIG_DIGEST_TYPE);
    return transaction;
}

FilePtr open_file(const std::filesystem::path& file) {
    FilePtr opened(Fopen(file.c_str(), "r.ufdio"));
    if (!opened || Ferror(opened.get()) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot open " + file.string());
    }
    return opened;
}

/// librpm's words without the path that they begin with and the end of the line.
std::string complaint_about(const std::filesystem::path& file) {
    std::string text = last_complaint;
    if (text.starts_with(file.string() + ": ")) text.erase(0, file.string().size() + 2);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.empty() ? "no details" : text;
}

Error refusal(std::string why) {
    return Error{Errc::invalid_argument, std::move(why)};
}

Result<HeaderPtr> read_header_locked(const std::filesystem::path& file) {
    const FilePtr opened = open_file(file);
    const TransactionPtr transaction = new_transaction();
    Header raw = nullptr;
    const rpmRC read = rpmReadPackageFile(transaction.get(), opened.get(), file.c_str(), &raw);
    HeaderPtr header(raw);
    if (read == RPMRC_NOTFOUND) return refusal("it is no RPM package");
    if (read == RPMRC_FAIL || !header) {
        return refusal("its header is damaged or cut off (" + complaint_about(file) + ")");
    }
    if (Fseek(opened.get(), 0, SEEK_SET) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot seek in " + file.string());
    }
    rpmQVKArguments_s no_arguments{};
    if (rpmVerifySignatures(&no_arguments, transaction.get(), opened.get(), file.c_str()) != 0) {
        return refusal("its digests do not fit its content, so it is damaged or cut off");
    }
    return header;
}

}  // namespace

void FreeHeader::operator()(headerToken_s* header) const {
    headerFree(header);
}

Result<HeaderPtr> read_header(const std::filesystem::path& file) {
    static std::mutex library_mutex;  // librpm says little about what it shares between threads
    init_library();
    const std::lock_guard lock(library_mutex);
    last_complaint.clear();
    Result<HeaderPtr> header = read_header_locked(file);
    rpmlogClose();  // librpm keeps every complaint until then
    return header;
}

}  // namespace terrace::ingest
