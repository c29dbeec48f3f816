#include "scheduler/ingest/srpm_reader.hpp"

#include <rpm/header.h>
#include <rpm/rpmds.h>
#include <rpm/rpmtag.h>
#include <rpm/rpmtd.h>

#include <map>
#include <memory>
#include <string_view>
#include <type_traits>

#include "scheduler/ingest/rpm_library.hpp"

namespace terrace::ingest {
namespace {

constexpr std::string_view kSuffix = ".src.rpm";

std::string text_of(Header header, rpmTagVal tag) {
    const char* text = headerGetString(header, tag);
    return text ? text : "";
}

std::vector<std::string> texts_of(Header header, rpmTagVal tag) {
    std::vector<std::string> texts;
    const std::unique_ptr<std::remove_pointer_t<rpmtd>, decltype(&rpmtdFree)> data(rpmtdNew(),
                                                                                   &rpmtdFree);
    if (headerGet(header, tag, data.get(), HEADERGET_MINMEM) == 0) return texts;
    while (const char* text = rpmtdNextString(data.get())) texts.emplace_back(text);
    rpmtdFreeData(data.get());
    return texts;
}

/// What the build root must have. Requirements on rpm itself are not for a resolver, but one of
/// them is how rpmbuild marks a spec with %generate_buildrequires.
void read_build_requires(Header header, core::SourcePackage& package) {
    const std::unique_ptr<std::remove_pointer_t<rpmds>, decltype(&rpmdsFree)> requires_set(
        rpmdsNew(header, RPMTAG_REQUIRENAME, 0), &rpmdsFree);
    while (rpmdsNext(requires_set.get()) >= 0) {
        const std::string_view name = rpmdsN(requires_set.get());
        if (name == "rpmlib(DynamicBuildRequires)") package.dynamic_build_requires = true;
        if (name.starts_with("rpmlib(")) continue;
        constexpr std::size_t kKindSize = 2;  // rpmdsDNEVR() begins with the kind: "R foo >= 1.2"
        package.build_requires.emplace_back(rpmdsDNEVR(requires_set.get()) + kKindSize);
    }
}

Error refusal(const std::string& filename, const std::string& why) {
    return Error{Errc::invalid_argument, "'" + filename + "' is not an SRPM: " + why + "."};
}

/// The name goes into file names, messages and databases as it is.
bool is_srpm_filename(const std::string& filename) {
    return filename.size() > kSuffix.size() && filename.ends_with(kSuffix) &&
           filename.front() != '.' && filename.find('/') == std::string::npos;
}

}  // namespace

Result<core::SourcePackage> read_srpm(const std::filesystem::path& path,
                                      const std::string& filename,
                                      const Digest& digest) {
    if (!is_srpm_filename(filename)) {
        return refusal(filename, "its name must be a plain file name that ends in .src.rpm");
    }
    const Result<HeaderPtr> read = read_header(path);
    if (!read) return refusal(filename, read.error().message);
    Header header = read->get();
    if (headerIsSource(header) == 0) {
        return refusal(filename, "it is a binary package of " + text_of(header, RPMTAG_NAME));
    }

    core::SourcePackage package;
    package.name = text_of(header, RPMTAG_NAME);
    package.epoch = static_cast<int>(headerGetNumber(header, RPMTAG_EPOCH));
    package.version = text_of(header, RPMTAG_VERSION);
    package.release = text_of(header, RPMTAG_RELEASE);
    package.srpm_name = filename;
    package.srpm_digest = digest;
    package.srpm_size = static_cast<std::int64_t>(std::filesystem::file_size(path));
    package.exclusive_arch = texts_of(header, RPMTAG_EXCLUSIVEARCH);
    package.exclude_arch = texts_of(header, RPMTAG_EXCLUDEARCH);
    // Not the SRPM's own arch: that is noarch also for "BuildArch: noarch x86_64".
    package.noarch = texts_of(header, RPMTAG_BUILDARCHS) == std::vector<std::string>{"noarch"};
    read_build_requires(header, package);
    return package;
}

Result<std::vector<core::SourcePackage>> read_srpms(const std::vector<SrpmFile>& files) {
    std::vector<core::SourcePackage> packages;
    std::map<std::string, std::string> file_of;  // by the package's name
    for (const SrpmFile& file : files) {
        Result<core::SourcePackage> package = read_srpm(file.path, file.filename, file.digest);
        if (!package) return package.error();
        const auto [other, is_new] = file_of.emplace(package->name, file.filename);
        if (!is_new) {
            return Error{Errc::invalid_argument, "'" + other->second + "' and '" + file.filename +
                                                     "' are both SRPMs of " + package->name +
                                                     "; a package set holds one."};
        }
        packages.push_back(std::move(*package));
    }
    return packages;
}

}  // namespace terrace::ingest
