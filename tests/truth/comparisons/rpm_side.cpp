#include "tests/truth/comparisons/rpm_side.hpp"

#include <chrono>
#include <set>
#include <sstream>
#include <stdexcept>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::truth {

namespace {

RpmFile read_rpm(const std::filesystem::path& file) {
    const os::CapturedRun run =
        os::run_captured({{"rpm", "-qp", "--nosignature", "--qf",
                           "%{NAME} %{VERSION} %{RELEASE} %{ARCH}\n", file.string()},
                          os::current_environment()},
                         std::chrono::minutes(1));
    RpmFile rpm;
    std::istringstream fields(run.output);
    fields >> rpm.nevra.name >> rpm.nevra.version >> rpm.nevra.release >> rpm.nevra.arch;
    if (run.exit_code != 0 || !fields)
        throw std::runtime_error("rpm cannot read " + file.string() + ": " + run.output);
    rpm.filename = file.filename().string();
    rpm.digest = os::sha256_of_file(file);
    return rpm;
}

}  // namespace

RpmSide read_side(const std::filesystem::path& folder) {
    RpmSide side;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".rpm") files.insert(entry.path());
    }
    if (files.empty()) throw std::runtime_error("There are no RPMs in " + folder.string() + ".");
    for (const std::filesystem::path& file : files) {
        side.rpms.push_back(read_rpm(file));
        side.files[side.rpms.back().digest.hex] = file;
    }
    return side;
}

}  // namespace terrace::truth
