#include "scheduler/signer/signer_config.hpp"

#include <algorithm>
#include <utility>

#include "common/runtime/yaml_reader.hpp"
#include "common/runtime/yaml_tree.hpp"

namespace terrace::signer {
namespace {

using runtime::YamlMap;

/// gpg would take part of a name for a key, too: only a whole fingerprint names one key for sure.
void check_fingerprint(const YamlMap& map, const std::string& key, const std::string& text) {
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    if ((text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, is_digit)) return;
    map.fail(key, "'" + text + "' is no fingerprint: 40 digits of 0-9 and A-F, without blanks");
}

ReleaseKeyConfig read_keys(YamlMap& map) {
    ReleaseKeyConfig keys;
    keys.key = map.text("key");
    check_fingerprint(map, "key", keys.key);
    keys.former_keys = map.texts_or("former_keys", {});
    for (const std::string& former : keys.former_keys)
        check_fingerprint(map, "former_keys", former);
    keys.statement_key = map.path("statement_key");
    return keys;
}

}  // namespace

SignerConfig load_signer_config(const std::filesystem::path& path) {
    YamlMap map = YamlMap::from_file(path);
    SignerConfig config;
    config.socket = map.path("socket");
    config.socket_group = map.text_or("socket_group", "");
    config.gnupg_home = map.path("gnupg_home");
    for (YamlMap& element : map.maps("releases")) {
        const std::string release = element.text("release");
        ReleaseKeyConfig keys = read_keys(element);
        element.done();
        if (!config.releases.emplace(release, std::move(keys)).second)
            element.fail("release", "'" + release + "' is there twice");
    }
    if (config.releases.empty()) map.fail("releases", "must name at least one release");
    config.parallel = static_cast<int>(map.whole_or("parallel", config.parallel, 1, 64));
    config.connections_max =
        static_cast<int>(map.whole_or("connections_max", config.connections_max, 1, 1000));
    YamlMap log = map.map_or_empty("log");
    config.log_level = log.word_or("level", config.log_level);
    log.done();
    map.done();
    return config;
}

}  // namespace terrace::signer
