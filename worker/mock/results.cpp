#include "worker/mock/results.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "common/os/files.hpp"
#include "worker/mock/rpm_header.hpp"

namespace terrace::worker {
namespace {

bool is_debug(std::string_view name) {
    return name.ends_with("-debuginfo") || name.ends_with("-debugsource") ||
           name.find("-debuginfo-common") != std::string_view::npos;
}

}  // namespace

Result<std::vector<RpmFile>> built_rpms(const std::filesystem::path& results) {
    std::vector<RpmFile> rpms;
    for (const auto& entry : std::filesystem::directory_iterator(results)) {
        // A link would lead out of the directory, which the build's own user could write to.
        if (!entry.is_regular_file() || entry.is_symlink() || entry.path().extension() != ".rpm")
            continue;
        auto nevra = read_nevra(entry.path());
        if (!nevra) return nevra.error();
        RpmFile rpm;
        rpm.filename = entry.path().filename().string();
        rpm.digest = os::sha256_of_file(entry.path());
        rpm.size = static_cast<std::int64_t>(entry.file_size());
        rpm.debug = is_debug(nevra->name);
        rpm.nevra = std::move(*nevra);
        rpms.push_back(std::move(rpm));
    }
    std::ranges::sort(rpms, {}, &RpmFile::filename);
    return rpms;
}

}  // namespace terrace::worker
