#include "scheduler/http/query.hpp"

#include <charconv>

namespace terrace::rest {

Result<std::int64_t> parse_number(const std::string& name, const std::string& text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc() || stopped != end || number < 0) {
        return Error{Errc::invalid_argument,
                     "The " + name + " '" + text + "' is not a whole number."};
    }
    return number;
}

Result<Digest> captured_digest(const Request& request) {
    const std::string& text = request.captured.at(0);
    std::optional<Digest> digest = Digest::parse(text);
    if (!digest) {
        return Error{Errc::invalid_argument,
                     "'" + text + "' is not a SHA-256 in lower-case hexadecimal."};
    }
    return std::move(*digest);
}

namespace detail {

Error unknown_parameter(const std::string& name, const std::string& known) {
    return {Errc::invalid_argument,
            "There is no parameter '" + name + "' here; known are: " + known + "."};
}

std::optional<Error> put(const std::string& name, const std::string& text, std::int64_t& out) {
    const Result<std::int64_t> number = parse_number("parameter " + name, text);
    if (!number) return number.error();
    out = *number;
    return std::nullopt;
}

std::optional<Error> put(const std::string& name,
                         const std::string& text,
                         std::optional<std::int64_t>& out) {
    return put(name, text, out.emplace());
}

}  // namespace detail

}  // namespace terrace::rest
