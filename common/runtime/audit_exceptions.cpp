#include "common/runtime/audit_exceptions.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "common/runtime/yaml_reader.hpp"

namespace terrace::runtime {
namespace {

std::optional<std::int64_t> address_of(std::string_view text) {
    if (!text.starts_with("0x")) return std::nullopt;
    text.remove_prefix(2);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::pair<std::int64_t, std::int64_t> range_of(const YamlMap& entry, const std::string& text) {
    const std::size_t dash = text.find('-');
    if (dash != std::string::npos) {
        const auto begin = address_of(std::string_view(text).substr(0, dash));
        const auto end = address_of(std::string_view(text).substr(dash + 1));
        if (begin && end && *begin < *end) return {*begin, *end};
    }
    entry.fail("ranges", "'" + text + "' is no range of addresses such as 0x1000-0x2000");
}

void read_entry(YamlMap entry, std::vector<AuditException>& exceptions) {
    AuditException common;
    common.object = entry.text("object");
    common.build_id = entry.text_or("build_id", "");
    common.reason = entry.text("reason");
    const std::vector<std::string> functions = entry.texts_or("functions", {});
    const std::vector<std::string> ranges = entry.texts_or("ranges", {});
    entry.done();
    if (functions.empty() == ranges.empty())
        entry.fail("object", "say which functions, or which ranges of which build_id");
    if (!ranges.empty() && common.build_id.empty())
        entry.fail("ranges", "need a build_id: addresses mean something in one object only");
    for (const std::string& function : functions) {
        AuditException exception = common;
        exception.function = function;
        exceptions.push_back(std::move(exception));
    }
    for (const std::string& range : ranges) {
        AuditException exception = common;
        std::tie(exception.begin, exception.end) = range_of(entry, range);
        exceptions.push_back(std::move(exception));
    }
}

std::vector<AuditException> read(YamlMap file) {
    std::vector<AuditException> exceptions;
    for (const YamlMap& entry : file.maps("exceptions")) read_entry(entry, exceptions);
    file.done();
    return exceptions;
}

}  // namespace

std::vector<AuditException> read_audit_exceptions(const std::filesystem::path& path) {
    return read(YamlMap::from_file(path));
}

std::vector<AuditException> audit_exceptions_of(std::string_view text, const std::string& file) {
    return read(YamlMap::from_text(text, file));
}

}  // namespace terrace::runtime
