#include "worker/core/attempt_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace terrace::worker {
namespace {

MockSettings some_settings() {
    MockSettings settings;
    settings.command = {"python3", "mock"};
    settings.configs = "/etc/terrace/mock-configs";
    settings.isolation = "simple";
    settings.base_directory = "/var/lib/terrace/mock";
    settings.cache_directory = "/var/lib/terrace/mock-cache";
    return settings;
}

AttemptPaths some_paths() {
    return {"/state/attempts/7/attempt.cfg",
            "/state/attempts/7/results",
            "/state/attempts/7/a-1-1.src.rpm",
            "alpha-0",
            {}};
}

BuildOrder an_order() {
    BuildOrder order;
    order.target_arch = "x86_64_v3";
    order.dist = ".t1";
    order.defines = {"_vendor terrace", "flags -O2 'x'"};
    order.resources.cores = 0;
    order.timeout = Duration(90'500);
    return order;
}

TEST_CASE("the seed comes before the included configuration, the worker's directories after it") {
    const auto text =
        attempt_config_text(some_settings(), "mini-1-x86_64",
                            {{"mini", "file:///srv/repo", {}}, {"extra", "https://a/b?c=d", {}}});
    REQUIRE(text.has_value());
    CHECK(*text ==
          "config_opts['terrace_seed'] = [\n"
          "    {'name': 'mini', 'url': 'file:///srv/repo'},\n"
          "    {'name': 'extra', 'url': 'https://a/b?c=d'},\n"
          "]\n"
          "include('/etc/terrace/mock-configs/mini-1-x86_64.cfg')\n"
          "config_opts['basedir'] = '/var/lib/terrace/mock'\n"
          "config_opts['cache_topdir'] = '/var/lib/terrace/mock-cache'\n"
          "config_opts['cleanup_on_failure'] = False\n"
          "config_opts['rpmbuild_networking'] = False\n");
}

TEST_CASE("what the dependencies made is a repo that neither the root cache nor the seed counts") {
    const auto text = attempt_config_text(some_settings(), "mini", {{"mini", "file:///srv", {}}},
                                          "/state/attempts/7/rebuilt");
    REQUIRE(text.has_value());
    CHECK(text->find("    {'name': 'mini', 'url': 'file:///srv'},\n"
                     "    {'name': 'terrace-rebuilt', 'url': 'file:///state/attempts/7/rebuilt', "
                     "'rebuilt': True, 'cost': 500},\n]\n") != std::string::npos);
    CHECK_FALSE(attempt_config_text(some_settings(), "mini", {}, "/state/a b").has_value());
}

TEST_CASE("names and URLs that would be more than that in a configuration are refused") {
    for (const char* name : {"", "../../etc/passwd", "a b", "a'b", ".cfg", "-x"}) {
        CAPTURE(name);
        CHECK_FALSE(attempt_config_text(some_settings(), name, {}).has_value());
        CHECK_FALSE(
            attempt_config_text(some_settings(), "mini", {{name, "file:///srv", {}}}).has_value());
    }
    for (const char* url :
         {"", "file:///a b", "http://h/\n[evil]", "http://h/{{ root }}", "http://h/'"}) {
        CAPTURE(url);
        CHECK_FALSE(attempt_config_text(some_settings(), "mini", {{"mini", url, {}}}).has_value());
    }
}

TEST_CASE("mock is told the target, the macros and a time-out in whole seconds") {
    const std::vector<std::string> expected = {"python3",
                                               "mock",
                                               "--configdir",
                                               "/etc/terrace/mock-configs",
                                               "-r",
                                               "/state/attempts/7/attempt.cfg",
                                               "--isolation=simple",
                                               "--uniqueext",
                                               "alpha-0",
                                               "--resultdir",
                                               "/state/attempts/7/results",
                                               "--target",
                                               "x86_64_v3",
                                               "--define",
                                               "dist .t1",
                                               "--define",
                                               "_vendor terrace",
                                               "--define",
                                               "flags -O2 'x'",
                                               "--rpmbuild_timeout",
                                               "91",
                                               "--rebuild",
                                               "/state/attempts/7/a-1-1.src.rpm"};
    CHECK(rebuild_command(some_settings(), some_paths(), an_order()) == expected);
}

TEST_CASE(
    "flags go to the macros of either distribution, cores limit make, and %check can be left out") {
    BuildOrder order = an_order();
    const auto has = [&](const std::string& argument) {
        const auto command = rebuild_command(some_settings(), some_paths(), order);
        return std::ranges::find(command, argument) != command.end();
    };
    CHECK_FALSE(has("--nocheck"));
    order.extra_flags = "-ffp-contract=off -fno-lto";
    order.skip_check = true;
    order.resources.cores = 3;
    for (const char* macro :
         {"extra_build_flags", "_pkg_extra_cflags", "_pkg_extra_cxxflags", "_pkg_extra_fflags"}) {
        CAPTURE(macro);
        CHECK(has(std::string(macro) + " -ffp-contract=off -fno-lto"));
    }
    CHECK(has("--nocheck"));
    CHECK(has("_smp_ncpus_max 3"));
}

TEST_CASE("no build is without an end, and mock as a whole has longer than rpmbuild") {
    BuildOrder order = an_order();
    CHECK(mock_time_max(order) > order.timeout);
    order.timeout = Duration(0);
    CHECK(mock_time_max(order) > std::chrono::hours(1));
    const auto command = rebuild_command(some_settings(), some_paths(), order);
    CHECK(std::ranges::find(command, "86400") != command.end());
}

TEST_CASE("a split rebuild needs the network for its build root only") {
    const auto has = [](const std::vector<std::string>& command, const char* argument) {
        return std::ranges::find(command, argument) != command.end();
    };
    const SplitRebuild split = split_rebuild(some_settings(), some_paths(), an_order());
    CHECK(split.init.back() == "--init");
    CHECK_FALSE(has(split.init, "--no-clean"));
    CHECK(has(split.install_requires, "--installdeps"));
    CHECK(has(split.install_requires, "--no-clean"));
    CHECK(has(split.rebuild, "--no-clean"));
    CHECK(has(split.rebuild, "--offline"));
    CHECK(split.rebuild[split.rebuild.size() - 2] == "--rebuild");
    CHECK(split.rebuild.back() == some_paths().srpm);
    CHECK_FALSE(needs_network({{"mini", "file:///srv", {}}}));
    CHECK(needs_network({{"mini", "file:///srv", {}}, {"extra", "https://a/b", {}}}));
    MockSettings settings = some_settings();
    for (const bool namespaces : {false, true}) {
        settings.namespaces = namespaces;
        CHECK_FALSE(is_split(settings, {{"mini", "file:///srv", {}}}));
        CHECK(is_split(settings, {{"extra", "https://a/b", {}}}) == namespaces);
    }
}

TEST_CASE("cleaning up kills what runs in the build root before it removes it") {
    const auto commands = clean_up_commands(some_settings(), some_paths());
    REQUIRE(commands.size() == 2);
    CHECK(commands[0].back() == "--orphanskill");
    CHECK(commands[1].back() == "--clean");
    CHECK(std::ranges::find(commands[1], "alpha-0") != commands[1].end());
}

}  // namespace
}  // namespace terrace::worker
