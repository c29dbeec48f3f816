#include "scheduler/ingest/resolution_cache.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "common/os/files.hpp"
#include "common/os/sealed_file.hpp"

namespace terrace::ingest {
namespace {

/// With the name, which says what the resolutions are of: a file under another's name is foreign.
std::string kind_of(const std::filesystem::path& path) {
    return "terrace-resolutions-1 " + path.stem().string();
}

// A line for each resolution, '\t' between fields, kItem after each item of a list. The first line
// is the list of absent base packages.
constexpr char kField = '\t';
constexpr char kItem = '\x1f';

void append_item(std::string& out, std::string_view item) {
    for (const char c : item) out += c == kField || c == kItem || c == '\n' ? ' ' : c;
    out += kItem;
}

void append_list(std::string& out, const std::vector<std::string>& items) {
    for (const std::string& item : items) append_item(out, item);
}

/// Takes what is before the separator off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view front = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return front;
}

std::vector<std::string> items_of(std::string_view list) {
    std::vector<std::string> items;
    while (!list.empty()) items.emplace_back(take(list, kItem));
    return items;
}

Resolution parse_resolution(std::string_view line) {
    Resolution resolution;
    const std::string_view count = take(line, kField);
    std::from_chars(count.data(), count.data() + count.size(), resolution.buildroot_packages);
    resolution.needs = items_of(take(line, kField));
    for (std::string_view code = take(line, kField); !code.empty();) {
        std::string name(take(code, kItem));
        resolution.code_reasons.emplace(std::move(name), take(code, kItem));
    }
    resolution.problems = items_of(line);
    return resolution;
}

void append_resolution(std::string& out, const Resolution& resolution) {
    out += std::to_string(resolution.buildroot_packages) + kField;
    append_list(out, resolution.needs);
    out += kField;
    for (const auto& [name, reason] : resolution.code_reasons) {
        append_item(out, name);
        append_item(out, reason);
    }
    out += kField;
    append_list(out, resolution.problems);
}

}  // namespace

std::string resolution_key(const std::vector<std::string>& build_requires) {
    std::string text;
    for (const std::string& dependency : build_requires) text += dependency + '\n';
    return os::sha256_of_text(text).hex;
}

ResolutionCache read_resolution_cache(const std::filesystem::path& path) {
    ResolutionCache cache;
    const std::optional<std::string> content = os::read_sealed(path, kind_of(path));
    if (!content) return cache;
    std::string_view rest = *content;
    cache.absent_base = items_of(take(rest, '\n'));
    while (!rest.empty()) {
        std::string_view line = take(rest, '\n');
        std::string key(take(line, kField));
        // Written in order: each one's place is the end.
        cache.resolutions.emplace_hint(cache.resolutions.end(), std::move(key),
                                       parse_resolution(line));
    }
    return cache;
}

void write_resolution_cache(const std::filesystem::path& path, const ResolutionCache& cache) {
    std::string text;
    append_list(text, cache.absent_base);
    for (const auto& [key, resolution] : cache.resolutions) {
        text += '\n' + key + kField;
        append_resolution(text, resolution);
    }
    os::write_sealed(path, kind_of(path), text);
}

}  // namespace terrace::ingest
