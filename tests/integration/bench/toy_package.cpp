#include "tests/integration/bench/toy_package.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>

#include "common/os/child_process.hpp"

namespace terrace::bench::test {

namespace {

constexpr const char* kProgram = R"(
unsigned toy_sum(const unsigned char *bytes, int count);
static unsigned char bytes[1 << 20];
int main(void) {
    unsigned sum = 1;
    for (int i = 0; i < 60; i++) sum += toy_sum(bytes, sizeof bytes);
    return sum == 0;
}
)";

constexpr const char* kLibrary = R"(
unsigned toy_sum(const unsigned char *bytes, int count) {
    unsigned sum = 0;
    for (int i = 0; i < count; i++) sum += bytes[i];
    return sum;
}
)";

constexpr const char* kSpec = R"(
Name: toy
Version: 1
Release: 1
Summary: A program
License: MIT
Requires: toy-data
%global debug_package %{nil}
%global _build_id_links none
%description
A program.
%package libs
Summary: Its library
%description libs
A library.
%package data
Summary: Its data
BuildArch: noarch
%description data
Data.
%package devel
Summary: What nobody can install
Requires: there-is-no-such-package
%description devel
Nothing.
%install
install -D %{toy_files}/toy %{buildroot}/usr/bin/toy
install -D %{toy_files}/libtoy.so.1 %{buildroot}/usr/lib64/libtoy.so.1
mkdir -p %{buildroot}/usr/share/toy
touch %{buildroot}/usr/share/toy/data %{buildroot}/usr/share/toy/devel
%files
/usr/bin/toy
%files libs
/usr/lib64/libtoy.so.1
%files data
/usr/share/toy/data
%files devel
/usr/share/toy/devel
)";

void run(const std::vector<std::string>& arguments, const std::filesystem::path& directory) {
    const os::CapturedRun result = os::run_captured(
        {arguments, os::current_environment(), directory}, std::chrono::minutes(2));
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
}

}  // namespace

ToyPackage::ToyPackage() {
    // mock does part of its work as another user.
    std::filesystem::permissions(path(), std::filesystem::perms(0755));
    std::ofstream(path() / "toy.c") << kProgram;
    std::ofstream(path() / "libtoy.c") << kLibrary;
    std::ofstream(path() / "toy.spec") << kSpec;
    build("x86_64", "-O0");
    build("x86_64_v3", "-O3");
    for (const char* name : {"toy", "toy-libs", "toy-devel"}) {
        add_rpm(baseline_rpms_, name, "x86_64");
        add_rpm(variant_rpms_, name, "x86_64_v3");
    }
    add_rpm(baseline_rpms_, "toy-data", "noarch");
    add_rpm(variant_rpms_, "toy-data", "noarch");
}

void ToyPackage::build(const std::string& arch, const std::string& optimisation) {
    const std::filesystem::path files = path() / arch;
    std::filesystem::create_directory(files);
    run({"cc", optimisation, "-shared", "-fPIC", "-Wl,-soname,libtoy.so.1", "-o",
         files / "libtoy.so.1", "libtoy.c"},
        path());
    run({"cc", optimisation, "-o", files / "toy", "toy.c", files / "libtoy.so.1"}, path());
    run({"rpmbuild", "-bb", "--target", arch, "--define",
         "_topdir " + (path() / "rpmbuild").string(), "--define", "toy_files " + files.string(),
         "toy.spec"},
        path());
}

void ToyPackage::add_rpm(std::vector<RpmFile>& rpms,
                         const std::string& name,
                         const std::string& arch) {
    RpmFile rpm;
    rpm.nevra = {name, 0, "1", "1", arch};
    rpm.filename = to_string(rpm.nevra) + ".rpm";
    const std::filesystem::path file = path() / "rpmbuild/RPMS" / arch / rpm.filename;
    REQUIRE(std::filesystem::exists(file));
    rpm.digest = os::sha256_of_file(file);
    rpm_files_[rpm.filename] = file;
    rpms.push_back(rpm);
}

ComparisonOrder ToyPackage::order() const {
    ComparisonOrder order;
    order.benchmark.package = "toy";
    order.benchmark.install = {"toy"};
    order.benchmark.corpus = "toy && echo corpus > corpus";
    order.benchmark.benchmarks = {{"sum", "test \"$(cat corpus)\" = 'corpus' && toy > result"}};
    order.baseline_rpms = baseline_rpms_;
    order.variant_rpms = variant_rpms_;
    order.pairs_next = 4;
    order.timeout = std::chrono::minutes(20);
    return order;
}

ComparisonContext ToyPackage::context() {
    ComparisonContext context;
    context.environment = os::current_environment();
    context.work_directory = path() / "work";
    context.rpm_files = rpm_files_;
    context.unique_ext = "bench-test";
    context.measure_program = TERRACE_MEASURE_PROGRAM;
    context.seed = 1;
    context.log = [this](std::string_view line) { logged_.append(line).append("\n"); };
    context.cancelled = [] { return false; };
    context.hand_in = [this](const LookReport& look) -> Result<LookAnswer> {
        looks_.push_back(look);
        return LookAnswer{};
    };
    return context;
}

}  // namespace terrace::bench::test
