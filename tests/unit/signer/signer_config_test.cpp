#include "scheduler/signer/signer_config.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/os/files.hpp"
#include "common/runtime/yaml_tree.hpp"

using namespace terrace;
using namespace terrace::signer;

namespace {

const std::string kKey = "CD5B5E3132F2573BDC0BB9153BA01FD7515AA1DF";

const std::string kConfig =
    "socket: run/signer\n"
    "gnupg_home: /var/lib/terrace-signer/gnupg\n"
    "releases:\n"
    "  - release: f45\n"
    "    key: " +
    kKey +
    "\n"
    "    statement_key: f45.pem\n";

SignerConfig load(const std::string& text) {
    const os::TemporaryDirectory directory;
    os::write_file_atomically(directory.path() / "signer.yaml", text);
    return load_signer_config(directory.path() / "signer.yaml");
}

std::string error_with(const std::string& from, const std::string& to) {
    std::string text = kConfig;
    text.replace(text.find(from), from.size(), to);
    try {
        load(text);
    } catch (const runtime::ConfigError& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a signer's configuration names a key for each release") {
    const SignerConfig config = load(kConfig);
    CHECK(config.socket.is_absolute());
    CHECK(config.socket.filename() == "signer");
    CHECK(config.gnupg_home == "/var/lib/terrace-signer/gnupg");
    REQUIRE(config.releases.contains("f45"));
    CHECK(config.releases.at("f45").key == kKey);
    CHECK(config.releases.at("f45").former_keys.empty());
    CHECK(config.releases.at("f45").statement_key.filename() == "f45.pem");
}

TEST_CASE("a key that is not named by its whole fingerprint is refused") {
    CHECK(error_with(kKey, "515AA1DF").find("is no fingerprint") != std::string::npos);
    CHECK(error_with(kKey, "Terrace").find("key 'releases[0].key'") != std::string::npos);
    CHECK(error_with("    statement_key: f45.pem\n", "").find("statement_key") !=
          std::string::npos);
    CHECK(error_with("socket:", "sockets:").find("socket") != std::string::npos);
}

TEST_CASE("the example loads, and shows the defaults") {
    const SignerConfig config = load_signer_config("deploy/examples/signer.yaml");
    CHECK(config.socket == "/run/terrace-signer/socket");
    CHECK(config.releases.contains("fedora-45"));
    std::string text = os::read_file("deploy/examples/signer.yaml");
    for (const char* key : {"#socket_group", "#parallel", "#connections_max"}) {
        REQUIRE(text.find(key) != std::string::npos);
        text.erase(text.find(key), 1);
    }
    const SignerConfig full = load(text);
    CHECK(full.socket_group == "terrace-scheduler");
    CHECK(full.parallel == config.parallel);
    CHECK(full.connections_max == config.connections_max);
}
