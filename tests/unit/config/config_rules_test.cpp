#include "scheduler/app/config_rules.hpp"

#include <doctest/doctest.h>

#include "scheduler/app/config_farm.hpp"
#include "tests/unit/config/config_files.hpp"

using namespace terrace;
using namespace std::chrono_literals;
using test::ConfigFiles;

namespace {

core::ReleaseSpec release_with(const std::string& rules) {
    const ConfigFiles files;
    files.write("mock/base.cfg", "config_opts['root'] = 'base'\n");
    const std::string text =
        "release: r\ndist_suffix: r\nstreams: [testing]\nvariants:\n"
        "  - {name: base, target_arch: x86_64, target_level: x86_64, mock_config: base}\n"
        "  - {name: fast, target_arch: x86_64_v3, target_level: x86_64_v3, mock_config: base}\n";
    return scheduler::load_release(files.write("release.yaml", text + rules + "signing: none\n"),
                                   files.path("mock"));
}

std::string error_of(const std::string& rule) {
    return test::config_error([&] { release_with("packages:\n  - {name: a, " + rule + "}\n"); });
}

}  // namespace

TEST_CASE("a release's rules for packages are read") {
    const core::ReleaseSpec release = release_with(
        "on_failed_dependency: fail\n"
        "composes_kept: 7\n"
        "comps: files/comps.xml\n"
        "packages:\n"
        "  - {name: libsvm, extra_flags: -ffp-contract=off, skip_check: needs the network}\n"
        "  - {name: old, exclude: true}\n"
        "  - {name: llm, requires_features: [avx512_vnni], never: [fast], expensive: true,\n"
        "     timeout: 8h, silence: 0s, cores: 8, memory_bytes: 17179869184, disk_bytes: 1000}\n");
    CHECK(release.on_failed_dependency == OnFailedDependency::fail);
    CHECK(release.composes_kept == 7);
    CHECK(
        std::filesystem::path(release.metadata.comps).is_absolute());  // from the file's directory
    CHECK(release.metadata.comps.ends_with("/files/comps.xml"));
    CHECK(release.metadata.updateinfo.empty());
    CHECK(release.rule("libsvm").extra_flags == "-ffp-contract=off");
    CHECK(release.rule("libsvm").skip_check == "needs the network");
    CHECK(release.rule("old").exclude);
    const core::PackageRule& rule = release.rule("llm");
    CHECK(rule.requires_features == std::vector<std::string>{"avx512_vnni"});
    CHECK(rule.never == std::vector<std::string>{"fast"});
    CHECK(rule.expensive);
    CHECK(rule.timeout == 8h);
    CHECK(rule.silence == 0s);
    CHECK(rule.cores == 8);
    CHECK(rule.memory_bytes == std::int64_t{16} << 30);
    CHECK(rule.disk_bytes == 1000);
    CHECK_FALSE(release.rule("other").timeout);
    CHECK_FALSE(release.rule("other").silence);
}

TEST_CASE("a rule that cannot be meant is refused with file, line and key") {
    CHECK(error_of("never: [base]").find("the baseline cannot be left out") != std::string::npos);
    CHECK(error_of("never: [slow]").find("there is no variant 'slow'") != std::string::npos);
    CHECK(error_of("requires_features: [avx9]").find("'avx9' is no feature") != std::string::npos);
    CHECK(error_of("timeout: 0s").find("must be more than 0") != std::string::npos);
    CHECK(error_of("cores: 0").find("release.yaml:8: key 'packages[0].cores'") == 0);
    CHECK(error_of("flags: -O3").find("flags") != std::string::npos);
    CHECK(test::config_error([] {
              release_with("packages: [{name: a}, {name: a}]\n");
          }).find("has a rule already") != std::string::npos);
}
