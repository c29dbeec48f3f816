#include "worker/mock/installed_packages.hpp"

#include <set>
#include <sstream>

#include "worker/sandbox/plain_file.hpp"

#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr std::size_t kPackagesMax = 10'000;
constexpr std::size_t kNevraBytesMax = 300;

/// "bash-5.2-1.x86_64" without its last part.
std::string without_arch(const std::string& nevra) {
    return nevra.substr(0, nevra.rfind('.'));
}

}  // namespace

std::vector<std::string> installed_packages(const std::filesystem::path& results) {
    std::set<std::string> installed;
    std::istringstream file(sandbox::read_plain_file(results / "installed_pkgs.log").value_or(""));
    for (std::string line; std::getline(file, line);) {
        // "NEVRA BUILDTIME SIZE PKGID installed"
        const std::string nevra = line.substr(0, line.find(' '));
        // The file is in a directory of the building user's: whatever is in it must fit into JSON.
        if (!nevra.empty()) installed.insert(printable(nevra, kNevraBytesMax));
        if (installed.size() == kPackagesMax) break;
    }
    return {installed.begin(), installed.end()};
}

std::vector<std::string> installed_among(const std::vector<RpmFile>& rpms,
                                         const std::filesystem::path& results) {
    std::set<std::string> installed;
    for (const std::string& nevra : installed_packages(results))
        installed.insert(without_arch(nevra));
    std::vector<std::string> found;
    for (const RpmFile& rpm : rpms) {
        const std::string name = to_string(rpm.nevra);
        if (installed.contains(without_arch(name))) found.push_back(name);
    }
    return found;
}

}  // namespace terrace::worker
