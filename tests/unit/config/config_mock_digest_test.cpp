#include "scheduler/app/config_mock_digest.hpp"

#include <doctest/doctest.h>

#include <system_error>

#include "tests/unit/config/config_files.hpp"

using namespace terrace;
using test::ConfigFiles;

namespace {

core::VariantSpec a_variant() {
    core::VariantSpec variant;
    variant.name = "x86_64_v3";
    variant.target_arch = "x86_64_v3";
    variant.target_level = Level::x86_64_v3;
    variant.run_level = Level::x86_64_v3;
    variant.mock_config = "mini";
    variant.defines = {"a b", "c d"};
    return variant;
}

struct MockConfigs {
    ConfigFiles files;

    MockConfigs() {
        files.write("mini.cfg",
                    "x = 1\n  include( \"templates/mini.tpl\" )\n# include('not.tpl')\n");
        files.write("templates/mini.tpl", "include('templates/seed.tpl')\ninclude('mini.cfg')\n");
        files.write("templates/seed.tpl", "y = 1\n");
    }
    std::string digest(const core::VariantSpec& variant = a_variant()) const {
        return scheduler::variant_digest(variant, files.path(""));
    }
};

}  // namespace

TEST_CASE("the digest is that of the content, wherever the files are") {
    CHECK(MockConfigs().digest() == MockConfigs().digest());
    CHECK(MockConfigs().digest().size() == 64);
}

TEST_CASE("each value of the variant is part of the digest") {
    const MockConfigs configs;
    const auto changed = [&](auto change) {
        core::VariantSpec variant = a_variant();
        change(variant);
        return configs.digest(variant) != configs.digest();
    };
    CHECK(changed([](auto& v) { v.name = "other"; }));
    CHECK(changed([](auto& v) { v.target_arch = "x86_64"; }));
    CHECK(changed([](auto& v) { v.target_level = Level::x86_64_v4; }));
    CHECK(changed([](auto& v) { v.run_level = Level::x86_64; }));
    CHECK(changed([](auto& v) { v.encoding = Encoding::flags; }));
    CHECK(changed([](auto& v) { v.defines = {"a b"}; }));
    CHECK(changed([](auto& v) { v.defines = {"a b1:c d"}; }));
    CHECK_FALSE(changed([](auto& v) { v.digest = "not of itself"; }));
}

TEST_CASE("each file that is included is part of the digest, and a circle ends") {
    const MockConfigs configs;
    const std::string before = configs.digest();
    for (const char* file : {"mini.cfg", "templates/mini.tpl", "templates/seed.tpl"}) {
        CAPTURE(file);
        const std::string text = os::read_file(configs.files.path(file));
        configs.files.write(file, text + "# changed\n");
        CHECK(configs.digest() != before);
        configs.files.write(file, text);
        CHECK(configs.digest() == before);
    }
    configs.files.write("unrelated.cfg", "z = 1\n");
    CHECK(configs.digest() == before);
}

TEST_CASE("what mock reads before every config is part of the digest") {
    const MockConfigs configs;
    const std::string before = configs.digest();
    configs.files.write("site-defaults.cfg", "include('templates/site.tpl')\n");
    configs.files.write("templates/site.tpl", "config_opts['macros']['%x'] = '1'\n");
    const std::string with_defaults = configs.digest();
    CHECK(with_defaults != before);
    configs.files.write("templates/site.tpl", "config_opts['macros']['%x'] = '2'\n");
    CHECK(configs.digest() != with_defaults);
}

TEST_CASE("an include that cannot be followed is an error, and not left out") {
    const MockConfigs configs;
    configs.files.write("templates/mini.tpl", "include('templates/' + name)\n");
    CHECK_THROWS_WITH_AS(configs.digest(), doctest::Contains("include('templates/' + name)"),
                         std::system_error);
}

TEST_CASE("a change of any template or macro of this repository's configs makes other builds") {
    const MockConfigs copy;
    std::filesystem::copy("mock-configs", copy.files.path("all"),
                          std::filesystem::copy_options::recursive);
    core::VariantSpec variant = a_variant();
    variant.mock_config = "fedora-45-x86_64_v3-flags";
    const auto digest = [&] { return scheduler::variant_digest(variant, copy.files.path("all")); };
    const std::string before = digest();
    for (const char* file :
         {"fedora-45-x86_64_v3-flags.cfg", "templates/fedora.tpl", "templates/terrace-level.tpl",
          "templates/terrace-redhat.tpl", "templates/terrace-seed.tpl"}) {
        CAPTURE(file);
        const std::string path = std::string("all/") + file;
        const std::string text = os::read_file(copy.files.path(path));
        copy.files.write(path, text + "config_opts['macros']['%optflags'] = '-O3'\n");
        CHECK(digest() != before);
        copy.files.write(path, text);
    }
    CHECK(digest() == before);
    variant.defines.push_back("optflags -O3");
    CHECK(digest() != before);
}

TEST_CASE("an included file that is not there is an error that names it") {
    const MockConfigs configs;
    configs.files.write("templates/mini.tpl", "include('templates/gone.tpl')\n");
    CHECK_THROWS_WITH_AS(configs.digest(), doctest::Contains("templates/gone.tpl"),
                         std::system_error);
}
