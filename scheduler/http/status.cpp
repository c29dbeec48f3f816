#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

asio::awaitable<Response> show_status(const Services& services) {
    auto query = [&services]() -> Result<std::string> {
        auto status = wire::from_text<boost::json::value>(services.reads.status());
        if (!status) return status.error();
        status->as_object()["log_bytes"] = services.logs.bytes();
        return boost::json::serialize(*status);
    };
    co_return co_await answer_query(services, std::move(query));
}

}  // namespace

void add_status(Router& router, const Services& services) {
    add_get(router, "/v1/status", [&services](const Request&) { return show_status(services); });
}

}  // namespace terrace::rest
