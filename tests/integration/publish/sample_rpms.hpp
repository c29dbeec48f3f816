#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/composer.hpp"
#include "scheduler/publish/object_store.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"
#include "tests/unit/publish/orders.hpp"

namespace terrace::testing {

/// A package with some of everything that metadata has, in that version, for arch x86_64.
inline std::string tool_spec(const std::string& version) {
    return "Name: tool\nEpoch: 2\nVersion: " + version + R"(
Release: 1
Summary: A <tool> & more
License: MIT
URL: https://example.org/tool
Requires: tool-data = 2:%{version}-%{release}, (bar if baz), /bin/sh
Requires(post): coreutils
Provides: virtual(tool) = 3, tool%{?_isa}
Conflicts: old-tool < 1
Obsoletes: older-tool < 2
Recommends: nice
Suggests: nicer
Supplements: (foo and bar)
%description
A tool.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc %{buildroot}/usr/share/tool
echo "tool %{version}" > %{buildroot}/usr/bin/tool
echo x > %{buildroot}/etc/tool.conf
echo x > "%{buildroot}/usr/share/tool/a & b"
ln -s tool %{buildroot}/usr/bin/tool-link
%post
true
%package data
Summary: Data
BuildArch: noarch
%description data
Data.
%files
/usr/bin/*
%config(noreplace) /etc/tool.conf
%ghost /usr/share/tool/ghost
%files data
%dir /usr/share/tool
"/usr/share/tool/a & b"
%changelog
* Thu Jan 01 2026 A Person <a@example.org> - 2:2.0-1
- Second
* Wed Jan 01 2025 A Person <a@example.org> - 2:1.0-1
- First
)";
}

/// tool and tool-data (noarch) in that version, and their SRPM, sorted by file name.
inline std::vector<std::filesystem::path> make_tool(const std::filesystem::path& directory,
                                                    const std::string& version) {
    return run_rpmbuild(directory, tool_spec(version), {"-ba", "--target", "x86_64"});
}

/// A published release with the RPMs of two versions of a tool.
class PublishedTool {
public:
    PublishedTool()
        : first_(make_tool(root_.path() / "1.0", "1.0")),
          second_(make_tool(root_.path() / "2.0", "2.0")) {}

    const std::filesystem::path& root() const { return root_.path(); }
    const publish::ObjectStore& store() const { return store_; }
    const std::vector<std::filesystem::path>& first() const { return first_; }
    std::filesystem::path release() const { return root() / "published" / "f45"; }
    std::filesystem::path stream() const { return release() / "streams" / "testing"; }

    /// Compose `id` with the RPMs of version 1.0 or 2.0: in x86_64/os and, the noarch ones, in
    /// x86_64_v3/os.
    core::RunCompose order(std::int64_t id, const std::string& version) const {
        core::RunCompose order = an_order(id);
        for (const std::filesystem::path& rpm : version == "1.0" ? first_ : second_) {
            const std::string filename = rpm.filename();
            const Digest digest = put_object(store_, os::read_file(rpm));
            const bool source = filename.ends_with(".src.rpm");
            order.packages.push_back(a_package(source ? "source" : "x86_64/os", filename, digest));
            if (filename.ends_with(".noarch.rpm")) {
                order.packages.push_back(a_package("x86_64_v3/os", filename, digest));
            }
        }
        return order;
    }

private:
    os::TemporaryDirectory root_;
    publish::ObjectStore store_{root_.path() / "objects"};
    std::vector<std::filesystem::path> first_;
    std::vector<std::filesystem::path> second_;
};

}  // namespace terrace::testing
