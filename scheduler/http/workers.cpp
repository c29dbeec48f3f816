#include "common/wire/json.hpp"
#include "common/wire/worker_api.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

asio::awaitable<Response> show_worker(const Services& services, Request request) {
    auto query = [&services, name = request.captured.at(0)] {
        return row_or_error(services.reads.worker(name), "worker", "'" + name + "'");
    };
    co_return co_await answer_query(services, std::move(query));
}

Response welcome(const core::Registered& registered) {
    wire::WorkerWelcome answer;
    answer.worker = registered.worker;
    answer.level = registered.level;
    answer.heartbeat_interval = registered.heartbeat_interval;
    return json_response(200, wire::to_text(answer));
}

asio::awaitable<Response> register_worker(const Services& services, Request request) {
    Result<WorkerHello> hello = decode_body<WorkerHello>(request);
    if (!hello) co_return failure(hello.error());
    core::Event event = core::RegisterWorker{std::move(*hello)};
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    co_return welcome(std::get<core::Registered>(*reply));
}

Response renewal(const core::Renewed& renewed) {
    wire::HeartbeatReply answer;
    answer.ended = renewed.ended;
    answer.register_again = renewed.register_again;
    return json_response(200, wire::to_text(answer));
}

asio::awaitable<Response> take_heartbeat(const Services& services, Request request) {
    Result<wire::Heartbeat> beat = decode_body<wire::Heartbeat>(request);
    if (!beat) co_return failure(beat.error());
    core::Event event = core::RenewLeases{beat->worker, std::move(beat->incarnation),
                                          std::move(beat->running), beat->disk_bytes_free};
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    co_return renewal(std::get<core::Renewed>(*reply));
}

asio::awaitable<Response> order_admission(const Services& services,
                                          core::AdmissionOrder order,
                                          Request request) {
    Result<wire::AdmissionRequest> body = decode_body<wire::AdmissionRequest>(request);
    if (!body) co_return failure(body.error());
    core::Event event =
        core::OrderAdmission{request.captured.at(0), order, std::move(body->reason), body->now};
    co_return co_await answer_event(services, std::move(event));
}

void add_order(Router& router,
               const Services& services,
               const std::string& verb,
               core::AdmissionOrder order) {
    add_post(router, "/v1/workers/*/" + verb, services.limits.json,
             [&services, order](Request request) {
                 return order_admission(services, order, std::move(request));
             });
}

}  // namespace

void add_workers(Router& router, const Services& services) {
    add_list(router, "/v1/workers", services, &Reads::workers);
    add_get(router, "/v1/workers/*",
            [&services](Request request) { return show_worker(services, std::move(request)); });
    add_post(router, "/v1/workers", services.limits.json, [&services](Request request) {
        return register_worker(services, std::move(request));
    });
    add_order(router, services, "enable", core::AdmissionOrder::enable);
    add_order(router, services, "drain", core::AdmissionOrder::drain);
    add_order(router, services, "disable", core::AdmissionOrder::disable);
    add_order(router, services, "quarantine", core::AdmissionOrder::quarantine);
    add_post(router, "/v1/heartbeats", services.limits.json,
             [&services](Request request) { return take_heartbeat(services, std::move(request)); });
}

}  // namespace terrace::rest
