#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::testing {

/// Runs the host's rpmbuild on a spec, with `arguments` such as {"-bs"}, below `directory`, which
/// must be new for each spec. The files it made, sorted.
inline std::vector<std::filesystem::path> run_rpmbuild(const std::filesystem::path& directory,
                                                       const std::string& spec,
                                                       std::vector<std::string> arguments) {
    std::filesystem::create_directories(directory);
    const std::filesystem::path spec_file = directory / "package.spec";
    os::write_file_atomically(spec_file, spec);

    os::ChildSpec child;
    child.arguments = {"rpmbuild"};
    std::ranges::move(arguments, std::back_inserter(child.arguments));
    for (const char* define : {"_build_id_links none", "debug_package %{nil}", "_buildhost test"}) {
        child.arguments.insert(child.arguments.end(), {"--define", define});
    }
    child.arguments.insert(child.arguments.end(),
                           {"--define", "_topdir " + directory.string(), spec_file.string()});
    child.environment = os::current_environment();
    child.environment["HOME"] = directory;  // nobody's macros
    const os::CapturedRun run = os::run_captured(child, std::chrono::seconds(60));
    if (run.exit_code != 0) throw std::runtime_error("rpmbuild failed:\n" + run.output);

    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.path().extension() == ".rpm") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

/// A spec with these lines in its preamble and no content.
inline std::string spec_of(const std::string& name, const std::string& preamble) {
    return "Name: " + name + "\nVersion: 1.0\nRelease: 3\nSummary: A test\nLicense: MIT\n" +
           preamble + "%description\nA test.\n%files\n";
}

}  // namespace terrace::testing
