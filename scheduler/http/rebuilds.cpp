#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

core::SubmitRebuild submit_event(wire::RebuildRequest wanted) {
    core::SubmitRebuild submit;
    submit.release = std::move(wanted.release);
    submit.packages = std::move(wanted.packages);
    submit.variants = std::move(wanted.variants);
    submit.mode = wanted.mode;
    submit.stream = std::move(wanted.stream);
    submit.priority = wanted.priority;
    submit.share = wanted.share;
    submit.confirm = wanted.confirm;
    if (wanted.retry_of) submit.retry_of = RebuildId{*wanted.retry_of};
    if (wanted.second_pass_of) submit.second_pass_of = RebuildId{*wanted.second_pass_of};
    return submit;
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
