#include "cli/farm.hpp"

#include <fmt/format.h>

#include <optional>

#include "common/wire/json.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

namespace json = boost::json;

constexpr std::int64_t kPageSize = 10000;
constexpr std::chrono::seconds kAnswerTimeout{60};
constexpr std::chrono::minutes kUploadTimeout{30};

bool is_success(unsigned status) {
    return status >= 200 && status < 300;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

/// The id that the next page starts after; nullopt where the rows have no number.
std::optional<std::int64_t> last_id(const json::array& rows) {
    const json::object* row = rows.empty() ? nullptr : rows.back().if_object();
    const json::value* id = row ? row->if_contains("id") : nullptr;
    return id && id->is_int64() ? std::optional(id->as_int64()) : std::nullopt;
}

Errc code_of(unsigned status) {
    switch (status) {
        case 401: return Errc::unauthorized;
        case 404: return Errc::not_found;
        case 409: return Errc::conflict;
        case 410: return Errc::not_found;
        default: return status >= 500 ? Errc::unavailable : Errc::invalid_argument;
    }
}

}  // namespace

Target Target::segment(std::string_view value) const {
    Target next = *this;
    next.text_ += "/" + percent_encoded(value);
    return next;
}

Target Target::with(std::string_view key, std::string_view value) const {
    Target next = *this;
    if (value.empty()) return next;
    next.text_ += fmt::format("{}{}={}", has_query_ ? '&' : '?', key, percent_encoded(value));
    next.has_query_ = true;
    return next;
}

Error error_of(unsigned status, const std::string& body) {
    const Result<wire::Failure> failure = wire::from_text<wire::Failure>(body);
    const bool has_sentence = failure && !failure->error.empty();
    return {code_of(status), has_sentence
                                 ? failure->error
                                 : fmt::format("The farm answered with status {}.", status)};
}

Farm::Farm(const std::string& url, const std::string& token) : client_(url, token) {}

Result<http::ClientResponse> Farm::ask(const std::string& method,
                                       const Target& target,
                                       const std::string& body,
                                       std::chrono::milliseconds timeout) {
    Result<http::ClientResponse> response = client_.request(method, target.text(), body, timeout);
    if (response && !is_success(response->status))
        return error_of(response->status, response->body);
    return response;
}

Result<std::string> Farm::get(const Target& target) {
    Result<http::ClientResponse> response = ask("GET", target, "", kAnswerTimeout);
    if (!response) return response.error();
    return std::move(response->body);
}

Result<std::string> Farm::list(const Target& target) {
    json::array all;
    Target page = target.with("limit", kPageSize);
    for (;;) {
        Result<std::string> text = get(page);
        if (!text) return text;
        Result<json::value> value = wire::from_text<json::value>(*text);
        if (!value) return value.error();
        json::array* rows = value->if_array();
        if (!rows)
            return Error{Errc::invalid_argument,
                         "The farm's answer to " + page.text() + " is not a list."};
        const bool is_last = rows->size() < static_cast<std::size_t>(kPageSize);
        if (is_last && all.empty()) return text;
        const std::optional<std::int64_t> after = last_id(*rows);
        all.insert(all.end(), rows->begin(), rows->end());
        if (is_last || !after) return json::serialize(all);
        page = target.with("limit", kPageSize).with("after", *after);
    }
}

Result<std::string> Farm::post(const Target& target,
                               const std::string& body,
                               std::chrono::milliseconds timeout) {
    Result<http::ClientResponse> response = ask("POST", target, body, timeout);
    if (!response) return response.error();
    return std::move(response->body);
}

Result<bool> Farm::has_object(const Digest& digest) {
    const Target target = Target("/v1/objects").segment(digest.hex);
    const Result<http::ClientResponse> response =
        client_.request("HEAD", target.text(), "", kAnswerTimeout);
    if (!response) return response.error();
    if (response->status == 404) return false;
    if (!is_success(response->status)) return error_of(response->status, response->body);
    return true;
}

Result<void> Farm::upload(const Digest& digest, const std::filesystem::path& file) {
    const Target target = Target("/v1/objects").segment(digest.hex);
    const Result<http::ClientResponse> response =
        client_.upload(target.text(), file, kUploadTimeout);
    if (!response) return response.error();
    if (!is_success(response->status)) return error_of(response->status, response->body);
    return {};
}

Result<LogPiece> Farm::log(std::int64_t attempt,
                           std::uint64_t offset,
                           std::chrono::milliseconds wait) {
    const Target target = Target("/v1/attempts")
                              .segment(attempt)
                              .segment("log")
                              .with("offset", std::to_string(offset))
                              .with("wait", static_cast<std::int64_t>(wait.count()));
    Result<http::ClientResponse> response = ask("GET", target, "", kAnswerTimeout + wait);
    if (!response) return response.error();
    return LogPiece{std::move(response->body), response->log_complete};
}

}  // namespace terrace::cli
