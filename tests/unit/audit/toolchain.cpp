#include "tests/unit/audit/toolchain.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>

#include "common/os/child_process.hpp"

namespace terrace::audit::test {

namespace {

constexpr const char* kSpec = R"(
Name: %{toy_name}
Version: 1
Release: 1
Summary: A file
License: MIT
AutoReqProv: no
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%description
A file.
%install
install -D %{toy_file} %{buildroot}/usr/lib64/%{toy_name}.so
%files
/usr/lib64/%{toy_name}.so
)";

}  // namespace

std::string Workshop::run(const std::vector<std::string>& arguments) {
    os::ChildSpec spec{arguments, os::current_environment(), path()};
    spec.environment["HOME"] = path();
    const os::CapturedRun result = os::run_captured(spec, std::chrono::minutes(2));
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

std::filesystem::path Workshop::compile(const std::string& name,
                                        const std::string& source,
                                        const std::vector<std::string>& arguments) {
    std::ofstream(path() / (name + ".c")) << source;
    std::vector<std::string> line = {"cc", "-O2", "-g", name + ".c", "-o", name};
    line.insert(line.end(), arguments.begin(), arguments.end());
    run(line);
    return path() / name;
}

std::filesystem::path Workshop::library(const std::string& name,
                                        const std::string& source,
                                        const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"-shared", "-fPIC"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return compile(name, source, all);
}

std::filesystem::path Workshop::pack(const std::string& name,
                                     const std::filesystem::path& file,
                                     const std::string& payload) {
    std::ofstream(path() / (name + ".spec")) << kSpec;
    run({"rpmbuild", "-bb", "--define", "_topdir " + (path() / "rpmbuild").string(), "--define",
         "_binary_payload " + payload, "--define", "toy_name " + name, "--define",
         "toy_file " + file.string(), name + ".spec"});
    return path() / "rpmbuild/RPMS/x86_64" / (name + "-1-1.x86_64.rpm");
}

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& path) {
    const std::string text = os::read_file(path);
    return {text.begin(), text.end()};
}

}  // namespace terrace::audit::test
