#include "scheduler/app/config_mock_digest.hpp"

#include <regex>
#include <set>
#include <sstream>
#include <system_error>

#include "common/os/files.hpp"

namespace terrace::scheduler {
namespace {

namespace fs = std::filesystem;

/// Adds one value such that no two lists of values give the same bytes.
void add(os::Sha256& hash, const std::string& value) {
    hash.update(std::to_string(value.size()) + ":" + value);
}

/// What mock itself reads of a directory before any config.
constexpr const char* kSiteDefaults = "site-defaults.cfg";

/// The files that a mock config includes by lines of their own: include('templates/x.tpl'). An
/// include that this cannot follow must not leave its file out of the digest in silence.
std::vector<std::string> includes_of(const std::string& name, const std::string& text) {
    static const std::regex include_line(R"(^\s*include\s*\()");
    static const std::regex plain_include(R"(^\s*include\s*\(\s*['"]([^'"]+)['"]\s*\))");
    std::vector<std::string> names;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_search(line, match, plain_include)) {
            names.push_back(match[1]);
        } else if (std::regex_search(line, include_line)) {
            throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                    name + ": '" + line +
                                        "' must name one file in quotes, so that a change of it "
                                        "makes other builds");
        }
    }
    return names;
}

/// Each file once, in the order of inclusion: a circle ends by itself.
void add_file(os::Sha256& hash,
              const fs::path& directory,
              const std::string& name,
              std::set<std::string>& seen) {
    if (!seen.insert(name).second) return;
    const std::string text = os::read_file(directory / name);
    add(hash, name);
    add(hash, text);
    for (const std::string& included : includes_of(name, text))
        add_file(hash, directory, included, seen);
}

}  // namespace

std::string variant_digest(const core::VariantSpec& variant, const fs::path& mock_configs) {
    os::Sha256 hash;
    add(hash, variant.name);
    add(hash, variant.target_arch);
    add(hash, name_of(variant.target_level));
    add(hash, name_of(variant.run_level));
    add(hash, name_of(variant.encoding));
    add(hash, variant.mock_config);
    add(hash, std::to_string(variant.defines.size()));
    for (const std::string& define : variant.defines) add(hash, define);
    std::set<std::string> seen;
    if (fs::exists(mock_configs / kSiteDefaults)) add_file(hash, mock_configs, kSiteDefaults, seen);
    add_file(hash, mock_configs, variant.mock_config + ".cfg", seen);
    return hash.finish().hex;
}

}  // namespace terrace::scheduler
