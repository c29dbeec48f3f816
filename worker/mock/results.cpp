#include "worker/mock/results.hpp"

#include <string_view>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

bool is_debug(std::string_view name) {
    return name.ends_with("-debuginfo") || name.ends_with("-debugsource") ||
           name.find("-debuginfo-common") != std::string_view::npos;
}

}  // namespace

RpmFile described_rpm(const std::filesystem::path& file, const Nevra& nevra) {
    RpmFile rpm;
    rpm.nevra = nevra;
    rpm.filename = file.filename().string();
    rpm.digest = os::sha256_of_file(file);
    rpm.size = static_cast<std::int64_t>(std::filesystem::file_size(file));
    rpm.debug = is_debug(nevra.name);
    return rpm;
}

}  // namespace terrace::worker
