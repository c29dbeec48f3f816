#include "scheduler/publish/client_config.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace terrace;
using namespace terrace::publish;

namespace {

core::VariantSpec a_variant(const std::string& name, Level level, Encoding encoding) {
    core::VariantSpec variant;
    variant.name = name;
    variant.target_arch = encoding == Encoding::arch ? name : "x86_64";
    variant.target_level = level;
    variant.encoding = encoding;
    return variant;
}

core::ReleaseSpec a_release(Signing signing) {
    core::ReleaseSpec release;
    release.name = "f45";
    release.streams = {"testing", "stable"};
    release.signing = signing;
    release.variants = {a_variant("x86_64", Level::x86_64, Encoding::arch),
                        a_variant("x86_64_v3", Level::x86_64_v3, Encoding::arch),
                        a_variant("v4", Level::x86_64_v4, Encoding::flags)};
    return release;
}

const std::string kUrl = "https://repo.example.org/terrace";

/// The lines of one section, up to the blank line after it.
std::string section(const std::string& text, const std::string& id) {
    const std::size_t begin = text.find("[" + id + "]\n");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find("\n\n", begin) - begin);
}

}  // namespace

TEST_CASE("a client of a signed stream checks everything, and reads one compose at a time") {
    const std::string text = client_config(a_release(Signing::gnupg), "stable", "", kUrl).value();
    CHECK(section(text, "terrace-f45-stable") ==
          "[terrace-f45-stable]\nname=Terrace f45, stream stable\n"
          "mirrorlist=https://repo.example.org/terrace/f45/streams/stable/x86_64/os/mirrorlist\n"
          "enabled=1\ncost=1000\ngpgcheck=1\nrepo_gpgcheck=1\n"
          "gpgkey=https://repo.example.org/terrace/f45/RPM-GPG-KEY-terrace-f45");
    CHECK(text.find("gpgcheck=0") == std::string::npos);
    CHECK(text.find("NOT SIGNED") == std::string::npos);
    CHECK(mirror_list("f45", ComposeId{17}, "x86_64/os", kUrl) ==
          "https://repo.example.org/terrace/f45/composes/17/x86_64/os/\n");
}

TEST_CASE("a client of an unsigned stream is told so") {
    const std::string text = client_config(a_release(Signing::none), "stable", "", kUrl).value();
    CHECK(text.find("NOT SIGNED") != std::string::npos);
    CHECK(text.find("gpgkey") == std::string::npos);
    CHECK(section(text, "terrace-f45-stable").ends_with("gpgcheck=0\nrepo_gpgcheck=0"));
    CHECK(section(text, "terrace-f45-stable")
              .find("baseurl=https://repo.example.org/terrace/f45/streams/stable/x86_64/os\n") !=
          std::string::npos);
}

TEST_CASE("the repo of a variant has a lower cost and is disabled unless it is asked for") {
    const core::ReleaseSpec release = a_release(Signing::none);
    const std::string plain = client_config(release, "testing", "", kUrl).value();
    const std::string wanted = client_config(release, "testing", "x86_64_v3", kUrl).value();
    for (const std::string& text : {plain, wanted}) {
        CHECK(section(text, "terrace-f45-testing").find("enabled=1\ncost=1000\n") !=
              std::string::npos);
        CHECK(section(text, "terrace-f45-testing-v4").find("enabled=0\ncost=800\n") !=
              std::string::npos);
        CHECK(section(text, "terrace-f45-testing-source").find("enabled=0") != std::string::npos);
        CHECK(section(text, "terrace-f45-testing-x86_64_v3-debuginfo").find("enabled=0") !=
              std::string::npos);
    }
    CHECK(section(plain, "terrace-f45-testing-x86_64_v3").find("enabled=0\ncost=900\n") !=
          std::string::npos);
    CHECK(section(wanted, "terrace-f45-testing-x86_64_v3").find("enabled=1\ncost=900\n") !=
          std::string::npos);
    CHECK(plain.find("echo x86_64_v3 > /etc/dnf/vars/arch") != std::string::npos);
    CHECK(plain.find("# v4 is for CPUs of level x86_64_v4 only.\n") != std::string::npos);
}

TEST_CASE("a stream or variant that the release has not is refused by its name") {
    const core::ReleaseSpec release = a_release(Signing::none);
    CHECK(client_config(release, "daily", "", kUrl).error().message ==
          "The release f45 has no stream 'daily'.");
    CHECK(client_config(release, "stable", "v9", kUrl).error().message ==
          "The release f45 has no variant 'v9'.");
}
