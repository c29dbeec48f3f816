#include "worker/inspect/inspect_rpms.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "worker/audit/audit.hpp"
#include "worker/core/text.hpp"
#include "worker/inspect/rpm_header.hpp"

namespace terrace::inspect {
namespace {

constexpr std::size_t kFindingBytesMax = 2000;

/// mock sets %_rpmfilename, so the name of a file is that of its package; a source package without
/// its sources is a nosrc.rpm.
bool is_name_of(const std::string& filename, const Nevra& nevra) {
    if (nevra.name.empty() || nevra.version.empty() || nevra.release.empty() || nevra.arch.empty())
        return false;
    const std::string begin = nevra.name + "-" + nevra.version + "-" + nevra.release + ".";
    if (filename == begin + nevra.arch + ".rpm") return true;
    return nevra.arch == "src" && filename == begin + "nosrc.rpm";
}

}  // namespace

Inspection inspect_rpms(const std::filesystem::path& directory, Level level_max) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        files.push_back(entry.path());
    std::ranges::sort(files);

    Inspection inspection;
    std::vector<std::filesystem::path> binaries;
    const auto refuse = [](const std::string& why) {
        Inspection refused;
        refused.refusal = worker::printable(why);
        return refused;
    };
    for (const std::filesystem::path& file : files) {
        const std::string filename = file.filename().string();
        auto nevra = read_nevra(file);
        if (!nevra && nevra.error().code == Errc::unavailable)
            throw std::runtime_error(nevra.error().message);
        if (!nevra) return refuse(nevra.error().message);
        if (!is_name_of(filename, *nevra))
            return refuse(filename + " holds another package than its name says.");
        if (nevra->arch != "src") binaries.push_back(file);
        inspection.rpms.push_back({filename, std::move(*nevra)});
    }
    try {
        inspection.audit = audit::audit_rpms(binaries, level_max);
    } catch (const audit::AuditError& e) {
        return refuse(e.what());
    }
    // Findings quote names that packages chose, and must fit into JSON.
    for (std::string& finding : inspection.audit.findings)
        finding = worker::printable(finding, kFindingBytesMax);
    return inspection;
}

}  // namespace terrace::inspect
