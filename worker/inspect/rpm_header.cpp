#include "worker/inspect/rpm_header.hpp"

#include <rpm/header.h>
#include <rpm/rpmio.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmts.h>

#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

#include "worker/inspect/rpm_facets.hpp"

namespace terrace::inspect {
namespace {

struct CloseFd {
    void operator()(FD_t fd) const { Fclose(fd); }
};
struct FreeTs {
    void operator()(rpmts ts) const { rpmtsFree(ts); }
};
struct FreeHeader {
    void operator()(Header header) const { headerFree(header); }
};
using FdPtr = std::unique_ptr<std::remove_pointer_t<FD_t>, CloseFd>;
using TsPtr = std::unique_ptr<std::remove_pointer_t<rpmts>, FreeTs>;
using HeaderPtr = std::unique_ptr<std::remove_pointer_t<Header>, FreeHeader>;

std::string text(Header header, rpmTagVal tag) {
    const char* value = headerGetString(header, tag);
    return value == nullptr ? "" : value;
}

}  // namespace

Result<RpmHeader> read_header(const std::filesystem::path& rpm) {
    // librpm keeps macros and its configuration in globals.
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    static const bool configured = rpmReadConfigFiles(nullptr, nullptr) == 0;
    if (!configured) return Error{Errc::unavailable, "librpm cannot read its configuration."};

    const FdPtr fd(Fopen(rpm.c_str(), "r.ufdio"));
    if (!fd || Ferror(fd.get()) != 0) {
        return Error{Errc::not_found, rpm.string() + " cannot be opened."};
    }
    const TsPtr ts(rpmtsCreate());
    rpmtsSetVSFlags(ts.get(),
                    static_cast<rpmVSFlags>(RPMVSF_MASK_NODIGESTS | RPMVSF_MASK_NOSIGNATURES));
    Header raw = nullptr;
    const rpmRC code = rpmReadPackageFile(ts.get(), fd.get(), nullptr, &raw);
    const HeaderPtr header(raw);
    if (!header || (code != RPMRC_OK && code != RPMRC_NOKEY && code != RPMRC_NOTTRUSTED)) {
        return Error{Errc::invalid_argument, rpm.string() + " is no RPM package."};
    }
    Nevra nevra;
    nevra.name = text(header.get(), RPMTAG_NAME);
    nevra.epoch = static_cast<int>(headerGetNumber(header.get(), RPMTAG_EPOCH));
    nevra.version = text(header.get(), RPMTAG_VERSION);
    nevra.release = text(header.get(), RPMTAG_RELEASE);
    nevra.arch = headerIsSource(header.get()) ? "src" : text(header.get(), RPMTAG_ARCH);
    RpmHeader result{std::move(nevra), {}, 0};
    result.installed_bytes =
        static_cast<std::int64_t>(headerGetNumber(header.get(), RPMTAG_LONGSIZE));
    if (result.nevra.arch != "src") result.facets = read_facets(header.get());
    return result;
}

}  // namespace terrace::inspect
