#include "scheduler/publish/compose_sums.hpp"

#include <sstream>

#include "common/os/files.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/metadata_shard.hpp"
#include "scheduler/publish/sbom.hpp"

namespace terrace::publish {

std::vector<std::string> summed_files(const std::vector<std::string>& repos) {
    std::vector<std::string> files = {kManifestName, kSbomName};
    for (const std::string& repo : repos) files.push_back(repo + "/repodata/repomd.xml");
    return files;
}

std::string sums_of(const std::filesystem::path& compose, const std::vector<std::string>& repos) {
    std::string text;
    for (const std::string& file : summed_files(repos))
        text += os::sha256_of_file(compose / file).hex + "  " + file + "\n";
    return text;
}

ComposeSums read_sums(const std::filesystem::path& compose) {
    ComposeSums sums;
    std::istringstream lines(os::read_file(compose / kSumsName));
    constexpr std::size_t kHexDigits = 64;
    for (std::string line; std::getline(lines, line);) {
        const auto digest = Digest::parse(line.substr(0, kHexDigits));
        if (!digest || line.size() < kHexDigits + 3 || line.substr(kHexDigits, 2) != "  ") {
            throw PublishError("Cannot read " + (compose / kSumsName).string() +
                               ": its lines are no checksums.");
        }
        sums.emplace(line.substr(kHexDigits + 2), *digest);
    }
    return sums;
}

}  // namespace terrace::publish
