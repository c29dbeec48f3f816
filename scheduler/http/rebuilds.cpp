#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

core::Event submit_event(wire::RebuildRequest wanted) {
    return core::SubmitRebuild{std::move(wanted.release),  std::move(wanted.packages),
                               std::move(wanted.variants), wanted.mode,
                               std::move(wanted.stream),   wanted.priority};
}

asio::awaitable<Response> submit_rebuild(const Services& services, Request request) {
    Result<wire::RebuildRequest> wanted = decode_body<wire::RebuildRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    core::Event event = submit_event(std::move(*wanted));
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    const wire::Created created{std::get<core::MadeRebuild>(*reply).id.value};
    co_return json_response(202, wire::to_text(created));
}

asio::awaitable<Response> cancel_rebuild(const Services& services, Request request) {
    const Result<RebuildId> id = captured_id<RebuildId>(request);
    if (!id) co_return failure(id.error());
    core::Event event = core::CancelRebuild{*id};
    co_return co_await answer_event(services, std::move(event));
}

}  // namespace

void add_rebuilds(Router& router, const Services& services) {
    add_list(router, "/v1/rebuilds", services, &Reads::rebuilds);
    add_row(router, "/v1/rebuilds/*", "rebuild", services, &Reads::rebuild);
    add_post(router, "/v1/rebuilds", services.limits.json,
             [&services](Request request) { return submit_rebuild(services, std::move(request)); });
    add_post(router, "/v1/rebuilds/*/cancel", services.limits.json,
             [&services](Request request) { return cancel_rebuild(services, std::move(request)); });
}

}  // namespace terrace::rest
