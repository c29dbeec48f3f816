#pragma once

#include <boost/mp11.hpp>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/runtime/yaml_tree.hpp"
#include "common/vocab/names.hpp"
#include "common/vocab/time.hpp"

namespace terrace::runtime {

/// A map of a configuration file, read strictly: every getter throws ConfigError with
/// "FILE:LINE: key 'lease.length': ..." when the value is missing, empty or of another type, and
/// done() when there are keys that no getter asked for. A getter `x_or` takes its default where the
/// key is missing.
class YamlMap {
public:
    static YamlMap from_file(const std::filesystem::path& path);
    /// `file` is for messages.
    static YamlMap from_text(std::string_view text, const std::string& file);

    bool has(const std::string& key);

    /// Any scalar, as it is written: 1.10 stays "1.10".
    std::string text(const std::string& key);
    std::string text_or(const std::string& key, const std::string& otherwise);
    /// Decimal, without leading zeros (which YAML takes for octal, and people do not).
    std::int64_t whole(const std::string& key,
                       std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t max = std::numeric_limits<std::int64_t>::max());
    std::int64_t whole_or(const std::string& key,
                          std::int64_t otherwise,
                          std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                          std::int64_t max = std::numeric_limits<std::int64_t>::max());
    double number(const std::string& key);
    double number_or(const std::string& key, double otherwise);
    /// `true` or `false`, not yes or on.
    bool flag(const std::string& key);
    bool flag_or(const std::string& key, bool otherwise);
    /// "500ms", "60s", "10m", "4h", "7d"
    Duration duration(const std::string& key);
    Duration duration_or(const std::string& key, Duration otherwise);
    /// A path, made absolute from the directory of the file.
    std::filesystem::path path(const std::string& key);
    std::filesystem::path path_or(const std::string& key, const std::filesystem::path& otherwise);
    std::vector<std::string> texts(const std::string& key);
    std::vector<std::string> texts_or(const std::string& key,
                                      const std::vector<std::string>& otherwise);
    /// The enumerator of that name.
    template <class E>
    E word(const std::string& key);
    template <class E>
    E word_or(const std::string& key, E otherwise);

    YamlMap map(const std::string& key);
    /// An empty map where the key is missing: all its getters `x_or` then take their defaults.
    YamlMap map_or_empty(const std::string& key);
    std::vector<YamlMap> maps(const std::string& key);

    /// Throws for the first key that was never asked for, and names the known ones.
    void done() const;

    /// For what only the reader of the value can see to be wrong: "FILE:LINE: key 'KEY': WHAT".
    [[noreturn]] void fail(const std::string& key, const std::string& what) const;
    /// The same about the map as a whole.
    [[noreturn]] void fail(const std::string& what) const;

private:
    YamlMap(std::string file, std::string prefix, YamlNode node);

    /// nullptr if the key is missing.
    const YamlNode* find(const std::string& key) const;
    /// The key's value, which must be there; remembers that it was asked for.
    const YamlNode& get(const std::string& key);
    const std::string& scalar(const std::string& key, bool plain, const char* wanted);
    const YamlNode& sequence(const std::string& key, const char* wanted);

    std::string file_;
    std::string prefix_;  ///< "variants[1]." before the keys of a map within
    YamlNode node_;
    std::set<std::string> known_;
};

template <class E>
E YamlMap::word(const std::string& key) {
    const std::string name = text(key);
    if (const auto value = from_name<E>(name)) return *value;
    std::string words;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
        words += words.empty() ? "" : ", ";
        words += enumerator.name;
    });
    fail(key, "'" + name + "' is none of: " + words);
}

template <class E>
E YamlMap::word_or(const std::string& key, E otherwise) {
    return has(key) ? word<E>(key) : otherwise;
}

}  // namespace terrace::runtime
