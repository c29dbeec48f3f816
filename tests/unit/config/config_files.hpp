#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "common/os/files.hpp"
#include "common/runtime/yaml_tree.hpp"

namespace terrace::test {

/// A directory of configuration files.
class ConfigFiles {
public:
    std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }

    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(path(name).parent_path());
        os::write_file_atomically(path(name), text);
        return path(name);
    }

private:
    os::TemporaryDirectory directory_;
};

/// The message of the ConfigError that `read` throws, without the directory's name before the
/// file's.
inline std::string config_error(const std::function<void()>& read) {
    try {
        read();
    } catch (const runtime::ConfigError& e) {
        const std::string message = e.what();
        const auto colon = message.find(':');
        const auto slash = message.rfind('/', colon);
        return slash == std::string::npos ? message : message.substr(slash + 1);
    }
    return "no error";
}

/// `text` with the first `from` replaced.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace terrace::test
