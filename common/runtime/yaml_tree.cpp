#include "common/runtime/yaml_tree.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>

namespace terrace::runtime {
namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kNodesMax = 100'000;

int line_of(const YAML::Mark& mark) {
    return std::max(mark.line, 0) + 1;  // some exceptions know no place
}

class Converter {
public:
    explicit Converter(const std::string& file) : file_(file) {}

    YamlNode convert(const YAML::Node& from) {
        YamlNode to;
        to.line = line_of(from.Mark());
        // An alias is the same node once more, so a small file can stand for a huge tree.
        if (++nodes_ > kNodesMax) fail_config(file_, to.line, "the file has too many values");
        switch (from.Type()) {
            case YAML::NodeType::Undefined:
            case YAML::NodeType::Null: break;
            case YAML::NodeType::Scalar:
                to.kind = YamlNode::Kind::scalar;
                to.scalar = from.Scalar();
                to.plain = from.Tag() == "?";
                break;
            case YAML::NodeType::Sequence:
                to.kind = YamlNode::Kind::sequence;
                for (const YAML::Node& element : from) to.values.push_back(convert(element));
                break;
            case YAML::NodeType::Map: convert_map(from, to); break;
        }
        return to;
    }

private:
    void convert_map(const YAML::Node& from, YamlNode& to) {
        to.kind = YamlNode::Kind::map;
        for (const auto& entry : from) {
            const int line = line_of(entry.first.Mark());
            if (!entry.first.IsScalar()) fail_config(file_, line, "a key must be a word");
            const std::string& key = entry.first.Scalar();
            if (std::ranges::find(to.keys, key) != to.keys.end()) {
                fail_config(file_, line, "key '" + key + "' is there twice");
            }
            to.keys.push_back(key);
            to.key_lines.push_back(line);
            to.values.push_back(convert(entry.second));
        }
    }

    const std::string& file_;
    std::size_t nodes_ = 0;
};

}  // namespace

void fail_config(const std::string& file, int line, const std::string& what) {
    throw ConfigError(file + ":" + std::to_string(line) + ": " + what);
}

YamlNode parse_yaml(std::string_view text, const std::string& file) {
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
        if (documents.empty()) fail_config(file, 1, "the file is empty");
        if (documents.size() > 1) {
            fail_config(file, line_of(documents[1].Mark()), "the file has more than one document");
        }
        return Converter(file).convert(documents[0]);
    } catch (const YAML::Exception& e) {
        fail_config(file, line_of(e.mark), e.msg);
    }
}

YamlNode read_yaml(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string text(kFileBytesMax + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    // A directory can be opened; only reading it fails.
    if (!stream.is_open() || stream.bad()) {
        throw ConfigError(path.string() + ": cannot read the file: " + std::strerror(errno));
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > kFileBytesMax) throw ConfigError(path.string() + ": the file is too large");
    return parse_yaml(text, path.string());
}

}  // namespace terrace::runtime
