#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

asio::awaitable<Response> cancel_build(const Services& services, Request request) {
    const Result<BuildId> id = captured_id<BuildId>(request);
    if (!id) co_return failure(id.error());
    core::Event event = core::CancelBuild{*id};
    co_return co_await answer_event(services, std::move(event));
}

}  // namespace

void add_builds(Router& router, const Services& services) {
    add_list(router, "/v1/builds", services, &Reads::builds);
    add_row(router, "/v1/builds/*", "build", services, &Reads::build);
    add_post(router, "/v1/builds/*/cancel", services.limits.json,
             [&services](Request request) { return cancel_build(services, std::move(request)); });
}

}  // namespace terrace::rest
