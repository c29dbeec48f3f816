#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

asio::awaitable<Response> show_status(const Services& services) {
    auto query = [&services]() -> Result<std::string> { return services.reads.status(); };
    co_return co_await answer_query(services, std::move(query));
}

}  // namespace

void add_status(Router& router, const Services& services) {
    add_get(router, "/v1/status", [&services](const Request&) { return show_status(services); });
}

}  // namespace terrace::rest
