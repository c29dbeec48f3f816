#include <doctest/doctest.h>
#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "tests/integration/bench/toy_package.hpp"
#include "worker/bench/twin_roots.hpp"

namespace terrace::bench {

namespace {

constexpr uid_t kBuilder = 65534;

/// Where the mini distribution's repo is; empty where this host has none, or cannot run mock's
/// stand-in.
std::filesystem::path mini_repo() {
    const char* set = std::getenv("TERRACE_MINI_REPO");
    const std::filesystem::path repo = set != nullptr ? set : "/tmp/terrace-mini/repo";
    const bool is_usable = std::filesystem::exists(repo / "repodata/repomd.xml") &&
                           geteuid() == 0 && getgrnam("mock") != nullptr;
    return is_usable ? repo : "";
}

/// The toy package, and a real build root for it.
class RealRoots {
public:
    explicit RealRoots(const std::filesystem::path& repo) : context_(toy_.context()) {
        std::filesystem::create_directory(basedir());
        REQUIRE(chown(basedir().c_str(), kBuilder, getgrnam("mock")->gr_gid) == 0);
        const std::filesystem::path config = toy_.path() / "toy.cfg";
        std::ofstream(config) << fmt::format(R"(config_opts['basedir'] = '{0}'
config_opts['cache_topdir'] = '{0}-cache'
config_opts['terrace_seed'] = [{{'name': 'mini', 'url': 'file://{1}'}}]
include('mini-1-x86_64.cfg')
config_opts['plugin_conf']['root_cache_enable'] = False
# Roots that only run things need no compiler, and are made in a fraction of the time.
config_opts['chroot_setup_cmd'] = 'install filesystem libc-bin bash coreutils findutils rpm'
)",
                                             basedir().string(), repo.string());
        const std::string source = TERRACE_SOURCE_DIR;
        context_.mock_command = {source + "/tests/minimock/mock", "--configdir",
                                 source + "/mock-configs"};
        context_.environment["SUDO_UID"] = std::to_string(kBuilder);
        context_.attempt_config = config;
        context_.isolation = "simple";
    }

    Result<void> run(const ComparisonOrder& order) { return run_comparison(order, context_); }
    test::ToyPackage& toy() { return toy_; }
    std::filesystem::path basedir() const { return toy_.path() / "mock"; }
    bool any_root_left() const {
        for (const char* side : {"a", "b"}) {
            if (std::filesystem::exists(basedir() /
                                        fmt::format("mini-1-x86_64-bench-test-{}", side)))
                return true;
        }
        return false;
    }

private:
    test::ToyPackage toy_;
    ComparisonContext context_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a faster variant is measured to be faster, in roots that are gone afterwards") {
    const std::filesystem::path repo = mini_repo();
    if (repo.empty()) {
        MESSAGE("skipped: no mini distribution (TERRACE_MINI_REPO), no group mock, or not root");
        return;
    }
    RealRoots roots(repo);
    const auto result = roots.run(roots.toy().order());
    INFO(roots.toy().logged());
    if (result.has_error()) FAIL(result.error().message);

    REQUIRE(roots.toy().looks().size() == 1);
    const LookReport& look = roots.toy().looks().front();
    CHECK(look.pairs_done == 0);
    CHECK(look.pairs == 4);
    CHECK(look.host.load_percent > 0);
    REQUIRE(look.samples.size() == 8);
    std::map<int, std::pair<int, int>> sides;
    std::int64_t baseline_us = 0;
    std::int64_t variant_us = 0;
    for (const Sample& sample : look.samples) {
        CHECK(sample.benchmark == "sum");
        CHECK(sample.memory_peak_bytes > 0);
        (sample.variant ? sides[sample.pair].second : sides[sample.pair].first) += 1;
        (sample.variant ? variant_us : baseline_us) += sample.user_us;
    }
    CHECK(sides ==
          std::map<int, std::pair<int, int>>{{0, {1, 1}}, {1, {1, 1}}, {2, {1, 1}}, {3, {1, 1}}});
    CHECK(baseline_us > 2 * variant_us);
    CHECK(contains(roots.toy().logged(),
                   "the baseline's root measures toy.x86_64 toy-libs.x86_64\n"));
    CHECK(contains(roots.toy().logged(),
                   "the variant's root measures toy.x86_64_v3 toy-libs.x86_64_v3\n"));
    CHECK(
        contains(roots.toy().logged(), "benchmark sum: 4 of 4 pairs, ratio of the last 4 so far "));
    CHECK_FALSE(roots.any_root_left());
}

TEST_CASE("a benchmark that fails says so in its own words") {
    const std::filesystem::path repo = mini_repo();
    if (repo.empty()) return;
    RealRoots roots(repo);
    ComparisonOrder order = roots.toy().order();
    order.benchmark.benchmarks[0].command = "echo \"it's $(id -un) who fails\" >&2; exit 9";
    const auto result = roots.run(order);
    REQUIRE(result.has_error());
    INFO(result.error().message);
    CHECK(result.error().code == Errc::invalid_argument);
    CHECK(contains(result.error().message,
                   "The benchmark sum failed in the baseline's root with exit code 9: "));
    CHECK(contains(result.error().message, "it's nobody who fails"));
    CHECK_FALSE(roots.any_root_left());
}

}  // namespace terrace::bench
