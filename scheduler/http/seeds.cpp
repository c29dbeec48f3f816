#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

asio::awaitable<Response> add_seed(const Services& services, Request request) {
    Result<wire::SeedRequest> wanted = decode_body<wire::SeedRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    auto freeze = [&services, urls = std::move(wanted->urls)] {
        return services.intake.freeze(urls);
    };
    Result<FrozenSeed> seed = co_await services.intake_pool.run(std::move(freeze));
    if (!seed) co_return failure(seed.error());
    const Digest id = seed->first;
    core::Event event = core::AddSeed{std::move(wanted->release), id, std::move(seed->second)};
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    boost::json::object created;
    created["id"] = id.hex;
    co_return json_response(201, boost::json::serialize(created));
}

}  // namespace

void add_seeds(Router& router, const Services& services) {
    add_list(router, "/v1/seeds", services, &Reads::seeds);
    add_post(router, "/v1/seeds", services.limits.json,
             [&services](Request request) { return add_seed(services, std::move(request)); });
}

}  // namespace terrace::rest
