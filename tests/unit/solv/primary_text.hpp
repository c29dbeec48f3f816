#pragma once

#include <array>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "common/os/files.hpp"

/// Metadata of repositories as text, of a few packages that a test makes up.
namespace terrace::testing {

using Texts = std::vector<std::string>;

/// A package of a primary.xml; requirements and provides as rpm writes them.
struct MadeUp {
    std::string name;
    Texts required = {};
    Texts provided = {};
    Texts files = {};
    std::string version = "1";
    std::string arch = "x86_64";
    Texts recommended = {};
    std::string source = {};  ///< name of its source package; empty: its own name
    Texts conflicting = {};
    Texts obsoleted = {};
};

inline std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else {
            out += c;
        }
    }
    return out;
}

inline std::string entry_xml(const std::string& dependency) {
    std::istringstream words(dependency);
    std::string name;
    std::string comparison;
    std::string version;
    words >> name >> comparison >> version;
    if (dependency.front() == '(' || comparison.empty()) {
        return "<rpm:entry name=\"" + escaped(dependency) + "\"/>";
    }
    using Flag = std::pair<const char*, const char*>;
    for (const auto& [text, flag] : std::array{Flag{"=", "EQ"}, Flag{"<", "LT"}, Flag{"<=", "LE"},
                                               Flag{">", "GT"}, Flag{">=", "GE"}}) {
        if (comparison == text) {
            return "<rpm:entry name=\"" + name + "\" flags=\"" + flag + "\" epoch=\"0\" ver=\"" +
                   version + "\"/>";
        }
    }
    return "<not a dependency of a test>";
}

inline std::string entries_xml(const std::string& tag, const Texts& dependencies) {
    if (dependencies.empty()) return "";
    std::string text;
    for (const std::string& dependency : dependencies) text += entry_xml(dependency);
    return "<rpm:" + tag + ">" + text + "</rpm:" + tag + ">";
}

inline std::string package_xml(const MadeUp& package) {
    const std::string& source = package.source.empty() ? package.name : package.source;
    const std::string file = package.name + "-" + package.version + "-1." + package.arch + ".rpm";
    const bool is_source = package.arch == "src";
    Texts provided = package.provided;
    if (!is_source) provided.push_back(package.name + " = " + package.version + "-1");
    std::string text =
        "<package type=\"rpm\"><name>" + package.name + "</name><arch>" + package.arch +
        "</arch><version epoch=\"0\" ver=\"" + package.version +
        "\" rel=\"1\"/><checksum type=\"sha256\" pkgid=\"YES\">" + os::sha256_of_text(file).hex +
        "</checksum><size package=\"1234\"/><location href=\"p/" + file + "\"/><format>";
    if (!is_source) {
        text += "<rpm:sourcerpm>" + source + "-" + package.version + "-1.src.rpm</rpm:sourcerpm>";
    }
    text += entries_xml("provides", provided) + entries_xml("requires", package.required) +
            entries_xml("conflicts", package.conflicting) +
            entries_xml("obsoletes", package.obsoleted) +
            entries_xml("recommends", package.recommended);
    for (const std::string& path : package.files) text += "<file>" + path + "</file>";
    return text + "</format></package>\n";
}

inline std::string primary_xml(const std::vector<MadeUp>& packages) {
    std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata "
        "xmlns=\"http://linux.duke.edu/metadata/common\" "
        "xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"" +
        std::to_string(packages.size()) + "\">\n";
    for (const MadeUp& package : packages) text += package_xml(package);
    return text + "</metadata>\n";
}

inline std::string repomd_xml(const std::string& location, const std::string& sha256) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<repomd "
           "xmlns=\"http://linux.duke.edu/metadata/repo\"><data type=\"primary\"><checksum "
           "type=\"sha256\">" +
           sha256 + "</checksum><location href=\"" + location + "\"/></data></repomd>\n";
}

/// Writes a repository of those packages, with a plain primary.xml.
inline void make_repo(const std::filesystem::path& directory, const std::vector<MadeUp>& packages) {
    const std::string primary = primary_xml(packages);
    std::filesystem::create_directories(directory / "repodata");
    os::write_file_atomically(directory / "repodata" / "primary.xml", primary);
    os::write_file_atomically(directory / "repodata" / "repomd.xml",
                              repomd_xml("repodata/primary.xml", os::sha256_of_text(primary).hex));
}

}  // namespace terrace::testing
