#include "common/runtime/yaml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "common/runtime/duration.hpp"

namespace terrace::runtime {
namespace {

bool has_leading_zero(std::string_view digits) {
    if (digits.starts_with('-')) digits.remove_prefix(1);
    return digits.size() > 1 && digits.front() == '0';
}

/// nullopt unless all of `text` is a number of this type.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end) return std::nullopt;
    return value;
}

}  // namespace

YamlMap::YamlMap(std::string file, std::string prefix, YamlNode node)
    : file_(std::move(file)), prefix_(std::move(prefix)), node_(std::move(node)) {
    if (node_.kind == YamlNode::Kind::map) return;
    std::string where = prefix_.empty() ? "the file" : "key '" + prefix_;
    if (!prefix_.empty()) where.back() = '\'';  // was the dot
    fail_config(file_, node_.line, where + " must be a map of keys and values");
}

YamlMap YamlMap::from_file(const std::filesystem::path& path) {
    return YamlMap(path.string(), "", read_yaml(path));
}

YamlMap YamlMap::from_text(std::string_view text, const std::string& file) {
    return YamlMap(file, "", parse_yaml(text, file));
}

const YamlNode* YamlMap::find(const std::string& key) const {
    const auto found = std::ranges::find(node_.keys, key);
    if (found == node_.keys.end()) return nullptr;
    return &node_.values[static_cast<std::size_t>(found - node_.keys.begin())];
}

bool YamlMap::has(const std::string& key) {
    known_.insert(key);
    return find(key) != nullptr;
}

const YamlNode& YamlMap::get(const std::string& key) {
    known_.insert(key);
    const YamlNode* value = find(key);
    if (value == nullptr) fail(key, "is missing");
    if (value->kind == YamlNode::Kind::null) fail(key, "has no value");
    return *value;
}

const std::string& YamlMap::scalar(const std::string& key, bool plain, const char* wanted) {
    const YamlNode& value = get(key);
    const bool fits = value.kind == YamlNode::Kind::scalar && (value.plain || !plain);
    if (!fits) fail(key, std::string("must be ") + wanted);
    return value.scalar;
}

std::string YamlMap::text(const std::string& key) {
    return scalar(key, false, "text");
}

std::int64_t YamlMap::whole(const std::string& key, std::int64_t min, std::int64_t max) {
    const std::string& digits = scalar(key, true, "a whole number");
    const auto value = parse_number<std::int64_t>(digits);
    if (!value || has_leading_zero(digits)) {
        fail(key, "must be a whole number, not '" + digits + "'");
    }
    if (*value < min) fail(key, "must be at least " + std::to_string(min));
    if (*value > max) fail(key, "must be at most " + std::to_string(max));
    return *value;
}

double YamlMap::number(const std::string& key) {
    const std::string& digits = scalar(key, true, "a number");
    const auto value = parse_number<double>(digits);
    if (!value || !std::isfinite(*value)) fail(key, "must be a number, not '" + digits + "'");
    return *value;
}

bool YamlMap::flag(const std::string& key) {
    const std::string& word = scalar(key, true, "true or false");
    if (word != "true" && word != "false") {
        fail(key, "must be true or false, not '" + word + "'");
    }
    return word == "true";
}

Duration YamlMap::duration(const std::string& key) {
    const std::string& text = scalar(key, false, "a duration such as 60s");
    const auto value = parse_duration(text);
    if (!value) fail(key, "must be a duration such as 500ms, 60s, 10m or 4h, not '" + text + "'");
    return *value;
}

std::filesystem::path YamlMap::path(const std::string& key) {
    const std::string& name = scalar(key, false, "a path");
    if (name.empty()) fail(key, "must be a path");
    return std::filesystem::absolute(file_).parent_path() / name;
}

const YamlNode& YamlMap::sequence(const std::string& key, const char* wanted) {
    const YamlNode& value = get(key);
    if (value.kind != YamlNode::Kind::sequence) fail(key, std::string("must be ") + wanted);
    return value;
}

std::vector<std::string> YamlMap::texts(const std::string& key) {
    std::vector<std::string> texts;
    for (const YamlNode& element : sequence(key, "a list").values) {
        if (element.kind != YamlNode::Kind::scalar) {
            fail_config(file_, element.line,
                        "key '" + prefix_ + key + "': must be a list of texts");
        }
        texts.push_back(element.scalar);
    }
    return texts;
}

YamlMap YamlMap::map(const std::string& key) {
    return YamlMap(file_, prefix_ + key + ".", get(key));
}

YamlMap YamlMap::map_or_empty(const std::string& key) {
    if (has(key)) return map(key);
    YamlNode empty;
    empty.kind = YamlNode::Kind::map;
    empty.line = node_.line;
    return YamlMap(file_, prefix_ + key + ".", std::move(empty));
}

std::vector<YamlMap> YamlMap::maps(const std::string& key) {
    std::vector<YamlMap> maps;
    for (const YamlNode& element : sequence(key, "a list of maps").values) {
        const std::string index = "[" + std::to_string(maps.size()) + "].";
        maps.push_back(YamlMap(file_, prefix_ + key + index, element));
    }
    return maps;
}

std::string YamlMap::text_or(const std::string& key, const std::string& otherwise) {
    return has(key) ? text(key) : otherwise;
}

std::int64_t YamlMap::whole_or(const std::string& key,
                               std::int64_t otherwise,
                               std::int64_t min,
                               std::int64_t max) {
    return has(key) ? whole(key, min, max) : otherwise;
}

double YamlMap::number_or(const std::string& key, double otherwise) {
    return has(key) ? number(key) : otherwise;
}

bool YamlMap::flag_or(const std::string& key, bool otherwise) {
    return has(key) ? flag(key) : otherwise;
}

Duration YamlMap::duration_or(const std::string& key, Duration otherwise) {
    return has(key) ? duration(key) : otherwise;
}

std::filesystem::path YamlMap::path_or(const std::string& key,
                                       const std::filesystem::path& otherwise) {
    return has(key) ? path(key) : otherwise;
}

std::vector<std::string> YamlMap::texts_or(const std::string& key,
                                           const std::vector<std::string>& otherwise) {
    return has(key) ? texts(key) : otherwise;
}

void YamlMap::done() const {
    for (std::size_t i = 0; i < node_.keys.size(); ++i) {
        if (known_.contains(node_.keys[i])) continue;
        std::string known;
        for (const std::string& key : known_) known += (known.empty() ? "" : ", ") + key;
        fail_config(file_, node_.key_lines[i],
                    "key '" + prefix_ + node_.keys[i] + "': is not known; known here: " + known);
    }
}

void YamlMap::fail(const std::string& key, const std::string& what) const {
    const auto found = std::ranges::find(node_.keys, key);
    const auto index = static_cast<std::size_t>(found - node_.keys.begin());
    const int line = found == node_.keys.end() ? node_.line : node_.key_lines[index];
    fail_config(file_, line, "key '" + prefix_ + key + "': " + what);
}

void YamlMap::fail(const std::string& what) const {
    fail_config(file_, node_.line, what);
}

}  // namespace terrace::runtime
