#include <algorithm>
#include <chrono>
#include <optional>

#include "common/wire/json.hpp"
#include "common/wire/worker_api.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

constexpr Duration kWaitMax = std::chrono::seconds(60);

core::Event lease_event(const wire::LeaseRequest& wanted) {
    return core::RequestLease{wanted.worker, wanted.incarnation, wanted.slot};
}

/// The response, if the engine's answer is not "nothing now".
std::optional<Response> final_response(const Result<core::Reply>& reply) {
    if (!reply) return failure(reply.error());
    if (std::holds_alternative<core::NoLease>(*reply)) return std::nullopt;
    return json_response(200, wire::to_text(std::get<LeaseGrant>(*reply)));
}

/// The long poll: asks the engine, and again whenever there may be work, until the worker's
/// patience ends.
asio::awaitable<Response> grant_lease(const Services& services, Request request) {
    const Result<wire::LeaseRequest> wanted = decode_body<wire::LeaseRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    const auto until =
        WorkSignal::Clock::now() + std::clamp(wanted->wait, Duration::zero(), kWaitMax);
    // A lease that nobody hears of would run until it expires, so look whether someone is there
    // before asking.
    while (!request.client_gone()) {
        const std::uint64_t seen = services.work.count();
        core::Event event = lease_event(*wanted);
        const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
        std::optional<Response> response = final_response(reply);
        if (response) co_return std::move(*response);
        if (services.work.stopped() || WorkSignal::Clock::now() >= until) break;
        co_await services.work.wait(seen, until);
    }
    co_return no_content();
}

}  // namespace

void add_leases(Router& router, const Services& services) {
    add_post(router, "/v1/leases", services.limits.json,
             [&services](Request request) { return grant_lease(services, std::move(request)); });
}

}  // namespace terrace::rest
