#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "common/vocab/lease.hpp"
#include "worker/bench/comparison_context.hpp"

namespace terrace::bench::test {

/// A package with a program, a library that it needs, a noarch part and a -devel part that nothing
/// can satisfy; built by this host's compiler and rpmbuild, without optimisation for the baseline
/// and with it for the variant.
class ToyPackage {
public:
    ToyPackage();

    const std::filesystem::path& path() const { return directory_.path(); }
    /// Two blocks of one benchmark, "sum".
    ComparisonOrder order() const;
    /// Without mock's own: command, environment and configuration.
    ComparisonContext context();
    /// Everything that was logged by contexts of this package.
    std::string logged() const { return logged_; }
    const std::vector<LookReport>& looks() const { return looks_; }

private:
    void build(const std::string& arch, const std::string& optimisation);
    void add_rpm(std::vector<RpmFile>& rpms, const std::string& name, const std::string& arch);

    os::TemporaryDirectory directory_;
    std::vector<RpmFile> baseline_rpms_;
    std::vector<RpmFile> variant_rpms_;
    std::map<std::string, std::filesystem::path> rpm_files_;
    std::string logged_;
    std::vector<LookReport> looks_;
};

}  // namespace terrace::bench::test
