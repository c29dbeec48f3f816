#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {

asio::awaitable<Response> answer_query(const Services& services,
                                       std::function<Result<std::string>()> query) {
    Result<std::string> text = co_await services.read_pool.run(std::move(query));
    if (!text) co_return failure(text.error());
    co_return json_response(200, std::move(*text));
}

asio::awaitable<Response> answer_event(const Services& services, core::Event event) {
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    co_return no_content();
}

Result<std::string> row_or_error(std::optional<std::string> row,
                                 const std::string& noun,
                                 const std::string& which) {
    if (!row) return Error{Errc::not_found, "There is no " + noun + " " + which + "."};
    return std::move(*row);
}

void add_get(Router& router, std::string pattern, Handler handle) {
    router.add(Route{Method::get, std::move(pattern), 0, std::move(handle), {}});
}

void add_post(Router& router, std::string pattern, std::uint64_t body_bytes_max, Handler handle) {
    router.add(Route{Method::post, std::move(pattern), body_bytes_max, std::move(handle), {}});
}

}  // namespace terrace::rest
