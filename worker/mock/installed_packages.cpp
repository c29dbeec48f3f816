#include "worker/mock/installed_packages.hpp"

#include <set>
#include <sstream>

#include "worker/sandbox/plain_file.hpp"

namespace terrace::worker {
namespace {

/// "bash-5.2-1.x86_64" without its last part.
std::string without_arch(const std::string& nevra) {
    return nevra.substr(0, nevra.rfind('.'));
}

}  // namespace

std::vector<std::string> installed_among(const std::vector<RpmFile>& rpms,
                                         const std::filesystem::path& results) {
    std::set<std::string> installed;
    std::istringstream file(sandbox::read_plain_file(results / "installed_pkgs.log").value_or(""));
    for (std::string line; std::getline(file, line);) {
        // "NEVRA BUILDTIME SIZE PKGID installed"
        installed.insert(without_arch(line.substr(0, line.find(' '))));
    }
    std::vector<std::string> found;
    for (const RpmFile& rpm : rpms) {
        const std::string name = to_string(rpm.nevra);
        if (installed.contains(without_arch(name))) found.push_back(name);
    }
    return found;
}

}  // namespace terrace::worker
