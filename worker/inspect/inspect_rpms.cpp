#include "worker/inspect/inspect_rpms.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "worker/audit/audit.hpp"
#include "worker/audit/package_facets.hpp"
#include "worker/core/text.hpp"
#include "worker/inspect/rpm_header.hpp"

namespace terrace::inspect {
namespace {

constexpr std::size_t kFindingBytesMax = 2000;
constexpr std::size_t kItemBytesMax = 20'000;  // a scriptlet is one item

/// mock sets %_rpmfilename, so the name of a file is that of its package; a source package without
/// its sources is a nosrc.rpm.
bool is_name_of(const std::string& filename, const Nevra& nevra) {
    if (nevra.name.empty() || nevra.version.empty() || nevra.release.empty() || nevra.arch.empty())
        return false;
    const std::string begin = nevra.name + "-" + nevra.version + "-" + nevra.release + ".";
    if (filename == begin + nevra.arch + ".rpm") return true;
    return nevra.arch == "src" && filename == begin + "nosrc.rpm";
}

bool is_debug_package(const std::string& name) {
    return name.ends_with("-debuginfo") || name.ends_with("-debugsource");
}

using Facets = std::map<std::string, std::vector<std::string>>;

/// Beside what the audit has found in the payloads; packages without code have none there.
void add_facets(std::map<std::string, Facets>& packages, AuditReport& report) {
    audit::FacetMaker maker;
    for (auto& [name, facets] : packages) {
        auto known = std::ranges::find(report.interfaces, name, &PackageInterface::package);
        if (known == report.interfaces.end())
            known = report.interfaces.insert(known, PackageInterface{name, {}});
        for (auto& [facet, items] : facets)
            known->facets.push_back(maker.make(facet, std::move(items)));
        for (const char* facet : {"sonames", "symbols"}) {
            if (std::ranges::find(known->facets, facet, &PackageFacet::name) == known->facets.end())
                known->facets.push_back(maker.make(facet, {}));
        }
        std::ranges::sort(known->facets, {}, &PackageFacet::name);
    }
    std::ranges::sort(report.interfaces, {}, &PackageInterface::package);
}

/// Packages have chosen their names, and those must fit into JSON.
void make_printable(AuditReport& report) {
    for (AuditFinding& finding : report.findings) {
        for (std::string* text : {&finding.file, &finding.function, &finding.text})
            *text = worker::printable(*text, kFindingBytesMax);
    }
    for (AuditedObject& object : report.objects) {
        for (std::string* text : {&object.package, &object.file})
            *text = worker::printable(*text, kFindingBytesMax);
    }
    for (PackageInterface& package : report.interfaces) {
        package.package = worker::printable(package.package, kFindingBytesMax);
        for (PackageFacet& facet : package.facets) {
            for (std::string& item : facet.items) item = worker::printable(item, kItemBytesMax);
        }
    }
}

}  // namespace

Inspection inspect_rpms(const std::filesystem::path& directory, Level level_max) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        files.push_back(entry.path());
    std::ranges::sort(files);

    Inspection inspection;
    std::vector<std::filesystem::path> binaries;
    std::map<std::string, Facets> facets;
    std::int64_t installed_bytes = 0;
    const auto refuse = [](const std::string& why) {
        Inspection refused;
        refused.refusal = worker::printable(why);
        return refused;
    };
    for (const std::filesystem::path& file : files) {
        const std::string filename = file.filename().string();
        auto header = read_header(file);
        if (!header && header.error().code == Errc::unavailable)
            throw std::runtime_error(header.error().message);
        if (!header) return refuse(header.error().message);
        const Nevra& nevra = header->nevra;
        if (!is_name_of(filename, nevra))
            return refuse(filename + " holds another package than its name says.");
        if (nevra.arch != "src") {
            binaries.push_back(file);
            if (!is_debug_package(nevra.name)) {
                facets[nevra.name] = std::move(header->facets);
                installed_bytes += header->installed_bytes;
            }
        }
        inspection.rpms.push_back({filename, nevra});
    }
    try {
        inspection.audit = audit::audit_files(binaries, {level_max});
    } catch (const audit::AuditError& e) {
        return refuse(e.what());
    }
    add_facets(facets, inspection.audit);
    inspection.audit.installed_bytes = installed_bytes;
    make_printable(inspection.audit);
    return inspection;
}

AuditReport inspect_files(const std::vector<std::filesystem::path>& files,
                          const audit::AuditOptions& options) {
    AuditReport report = audit::audit_files(files, options);
    make_printable(report);
    return report;
}

}  // namespace terrace::inspect
