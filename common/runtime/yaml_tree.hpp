#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::runtime {

/// A configuration file is not what it should be. The message is "FILE:LINE: ...".
struct ConfigError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One node of a YAML file, as a plain value. (yaml-cpp's own nodes are references: assigning one
/// changes the tree it came from.)
struct YamlNode {
    enum class Kind { null, scalar, sequence, map };
    Kind kind = Kind::null;
    int line = 1;
    std::string scalar;
    bool plain = false;  ///< a scalar without quotes: only such may be a number or a bool
    std::vector<std::string> keys;  ///< of a map, in the file's order, each only once
    std::vector<YamlNode> values;   ///< of a map, in the order of `keys`; elements of a sequence
    std::vector<int> key_lines;     ///< of a map
};

/// Reads the only document in `text`; `file` is for messages. Throws ConfigError for syntax errors,
/// duplicate keys (yaml-cpp takes them silently), a second document, and files that grow without
/// end by aliases.
YamlNode parse_yaml(std::string_view text, const std::string& file);

/// The same for a file of at most a mebibyte.
YamlNode read_yaml(const std::filesystem::path& path);

/// Throws ConfigError with "FILE:LINE: what".
[[noreturn]] void fail_config(const std::string& file, int line, const std::string& what);

}  // namespace terrace::runtime
