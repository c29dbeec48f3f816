#include "scheduler/http/message.hpp"

#include "common/wire/json.hpp"
#include "common/wire/rest.hpp"

namespace terrace::rest {
namespace {

unsigned status_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument: return 400;
        case Errc::unauthorized: return 401;
        case Errc::not_found: return 404;
        case Errc::conflict:
        case Errc::stale_lease: return 409;
        case Errc::unavailable: return 503;
    }
    return 503;
}

}  // namespace

Response json_response(unsigned status, std::string text) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(text);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

Response failure(unsigned status, std::string message) {
    return json_response(status, wire::to_text(wire::Failure{std::move(message)}));
}

Response failure(const Error& error) {
    return failure(status_of(error.code), error.message);
}

}  // namespace terrace::rest
