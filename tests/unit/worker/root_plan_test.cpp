#include "worker/core/root_plan.hpp"

#include <doctest/doctest.h>

#include "worker/core/attempt_plan.hpp"

namespace terrace::worker {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;

TEST_CASE("a tmpfs is for builds that are known to need little disk; other kinds are for all") {
    const RootSettings tmpfs{RootKind::tmpfs, 4 * kGib, 2 * kGib};
    CHECK(root_kind_of(tmpfs, {1, 0, 1 * kGib}, false) == RootKind::tmpfs);
    CHECK(root_kind_of(tmpfs, {1, 0, 2 * kGib}, false) == RootKind::tmpfs);
    CHECK(root_kind_of(tmpfs, {1, 0, 2 * kGib + 1}, false) == RootKind::root_cache);
    CHECK(root_kind_of(tmpfs, {1, 0, 0}, false) == RootKind::root_cache);  // nobody knows
    for (const RootKind kind : {RootKind::plain, RootKind::root_cache, RootKind::reuse})
        CHECK(root_kind_of({kind, 4 * kGib, 2 * kGib}, {1, 0, 100 * kGib}, false) == kind);
}

TEST_CASE(
    "a build of several runs of mock cannot have its root on a tmpfs, which each makes anew") {
    const Resources small{1, 0, 1 * kGib};
    CHECK(root_kind_of({RootKind::tmpfs, 4 * kGib, 2 * kGib}, small, true) == RootKind::root_cache);
    for (const RootKind kind : {RootKind::plain, RootKind::root_cache, RootKind::reuse})
        CHECK(root_kind_of({kind, 4 * kGib, 2 * kGib}, small, true) == kind);
}

TEST_CASE("a worker that is not root cannot use roots again, and says so") {
    for (const RootKind kind : {RootKind::plain, RootKind::root_cache, RootKind::tmpfs})
        CHECK(check_roots({kind, 4 * kGib, 2 * kGib}, false).has_value());
    CHECK(check_roots({RootKind::reuse, 4 * kGib, 2 * kGib}, true).has_value());
    const auto refused = check_roots({RootKind::reuse, 4 * kGib, 2 * kGib}, false);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("run the worker as root") != std::string::npos);
}

TEST_CASE("the farm is not offered the memory that the slots' tmpfs may take") {
    CHECK(memory_offered({RootKind::tmpfs, 4 * kGib, kGib}, 32 * kGib, 4) == 16 * kGib);
    CHECK(memory_offered({RootKind::tmpfs, 4 * kGib, kGib}, 8 * kGib, 4) == 0);
    CHECK(memory_offered({RootKind::reuse, 4 * kGib, kGib}, 32 * kGib, 4) == 32 * kGib);
}

TEST_CASE("each kind turns on mock's own plugins and turns off those of the others") {
    const RootSettings settings{RootKind::tmpfs, 3 * kGib, kGib};
    const RootPlaces places{"/cache/roots/key", "/cache/prepared/slot/key"};
    constexpr const char* kOn = "_enable'] = True\n";
    const auto has = [](const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    const std::string plain = root_config_text(RootKind::plain, settings, places);
    CHECK_FALSE(has(plain, kOn));

    const std::string cache = root_config_text(RootKind::root_cache, settings, places);
    CHECK(has(cache, std::string("['root_cache") + kOn));
    CHECK(has(cache, "['root_cache_opts']['dir'] = '/cache/roots/key/'\n"));
    CHECK(has(cache, "['root_cache_opts']['age_check'] = False\n"));
    CHECK_FALSE(has(cache, std::string("['tmpfs") + kOn));

    const std::string tmpfs = root_config_text(RootKind::tmpfs, settings, places);
    CHECK(has(tmpfs, std::string("['root_cache") + kOn));
    CHECK(has(tmpfs, std::string("['tmpfs") + kOn));
    CHECK(has(tmpfs, "['tmpfs_opts']['max_fs_size'] = '3072m'\n"));

    const std::string reuse = root_config_text(RootKind::reuse, settings, places);
    CHECK(has(reuse, std::string("['overlayfs") + kOn));
    CHECK(has(reuse, "{'base_dir': '/cache/prepared/slot/key', 'touch_rpmdb': True}\n"));
    CHECK_FALSE(has(reuse, std::string("['root_cache") + kOn));
}

TEST_CASE("the packages of a build root are found between mock's own lines") {
    CHECK(listed_packages("INFO: mock.py version 6.7 starting, args: --chroot 'rpm -qa --qf "
                          "terrace-package %{nevra}'\n"
                          "Start: chroot\n"
                          "terrace-package zlib-1-1.x86_64 17 ab\n"
                          "INFO: terrace-package bash-5-1.x86_64 18 cd\r\n"
                          "Finish: chroot") ==
          std::vector<std::string>{"bash-5-1.x86_64 18 cd", "zlib-1-1.x86_64 17 ab"});
    CHECK(listed_packages("").empty());
    CHECK(listed_packages("ERROR: no\n").empty());
}

}  // namespace
}  // namespace terrace::worker
