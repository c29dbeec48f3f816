#include "scheduler/http/request_head.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/url/parse.hpp>

#include "scheduler/http/plain_text.hpp"

namespace terrace::rest {
namespace {

using boost::beast::http::field;
using boost::beast::http::verb;

Method method_of(verb name) {
    if (name == verb::get || name == verb::head) return Method::get;
    if (name == verb::put) return Method::put;
    if (name == verb::post) return Method::post;
    return Method::other;
}

bool is_plain_text(const Request& request) {
    const auto plain = [](const std::string& text) { return rest::is_plain_text(text); };
    const auto both_plain = [&](const auto& pair) {
        return plain(pair.first) && plain(pair.second);
    };
    return std::ranges::all_of(request.segments, plain) &&
           std::ranges::all_of(request.parameters, both_plain);
}

}  // namespace

Result<Request> parse_head(const http::RequestParser& parser) {
    const auto& message = parser.get();
    const std::string target(message.target());
    const auto url = boost::urls::parse_origin_form(target);
    if (!url)
        return Error{Errc::invalid_argument,
                     "The request's target is not a valid path with a query."};
    Request request;
    request.method = method_of(message.method());
    request.head_only = message.method() == verb::head;
    request.path = std::string(url->encoded_path());
    for (const auto& segment : url->segments()) request.segments.emplace_back(segment);
    for (const auto& parameter : url->params())
        request.parameters.emplace_back(parameter.key, parameter.value);
    if (!is_plain_text(request)) {
        return Error{Errc::invalid_argument, "The request's target is not UTF-8 text."};
    }
    request.authorization = std::string(message[field::authorization]);
    request.host = std::string(message[field::host]);
    request.origin = std::string(message[field::origin]);
    return request;
}

bool expects_continue(const http::RequestParser& parser) {
    const auto& message = parser.get();
    return message.version() >= 11 && boost::beast::iequals(message[field::expect], "100-continue");
}

}  // namespace terrace::rest
