// The gate: its stages, waivers, and the decision that Greenwave's clients ask for.
#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

struct GateFilter {
    std::int64_t rebuild = 0;
    std::string package;
};
BOOST_DESCRIBE_STRUCT(GateFilter, (), (rebuild, package))

struct WaiverFilter {
    std::string release;
    std::int64_t all = 0;  ///< 1: also those that are no longer in force
};
BOOST_DESCRIBE_STRUCT(WaiverFilter, (), (release, all))

asio::awaitable<Response> show_gate(const Services& services, Request request) {
    const Result<GateFilter> filter = from_query<GateFilter>(request);
    if (!filter) co_return failure(filter.error());
    core::Event event = core::ShowGate{RebuildId{filter->rebuild}, filter->package};
    co_return co_await answer_reply<core::GateRows>(services, std::move(event), 200);
}

asio::awaitable<Response> list_waivers(const Services& services, Request request) {
    const Result<WaiverFilter> filter = from_query<WaiverFilter>(request);
    if (!filter) co_return failure(filter.error());
    core::Event event = core::ListWaivers{filter->release, filter->all != 0};
    co_return co_await answer_reply<core::Waivers>(services, std::move(event), 200);
}

asio::awaitable<Response> add_waiver(const Services& services, Request request) {
    Result<wire::WaiverRequest> wanted = decode_body<wire::WaiverRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    Waiver waiver;
    waiver.release = std::move(wanted->release);
    waiver.package = std::move(wanted->package);
    waiver.variant = std::move(wanted->variant);
    waiver.stage = wanted->stage;
    waiver.author = std::move(wanted->author);
    waiver.reason = std::move(wanted->reason);
    waiver.expires_at = wanted->expires_at;
    core::Event event = core::AddWaiver{std::move(waiver)};
    co_return co_await answer_reply<core::MadeWaiver>(services, std::move(event), 201);
}

asio::awaitable<Response> revoke_waiver(const Services& services, Request request) {
    const Result<WaiverId> id = captured_id<WaiverId>(request);
    if (!id) co_return failure(id.error());
    Result<wire::RevokeRequest> wanted = decode_body<wire::RevokeRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    core::Event event = core::RevokeWaiver{*id, std::move(wanted->author)};
    co_return co_await answer_event(services, std::move(event));
}

asio::awaitable<Response> decide(const Services& services, Request request) {
    Result<DecisionRequest> wanted = decode_body<DecisionRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    core::Event event = core::AskDecision{std::move(*wanted)};
    co_return co_await answer_reply<DecisionAnswer>(services, std::move(event), 200);
}

}  // namespace

void add_gate(Router& router, const Services& services) {
    add_get(router, "/v1/gate",
            [&services](Request request) { return show_gate(services, std::move(request)); });
    add_get(router, "/v1/waivers",
            [&services](Request request) { return list_waivers(services, std::move(request)); });
    add_post(router, "/v1/waivers", services.limits.json,
             [&services](Request request) { return add_waiver(services, std::move(request)); });
    add_post(router, "/v1/waivers/*/revoke", services.limits.json,
             [&services](Request request) { return revoke_waiver(services, std::move(request)); });
    add_post(router, "/api/v1.0/decision", services.limits.json,
             [&services](Request request) { return decide(services, std::move(request)); });
}

}  // namespace terrace::rest
