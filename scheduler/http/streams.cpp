#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

#include <algorithm>

namespace terrace::rest {
namespace {

core::MoveStream move_event(const Request& request, core::MoveKind kind) {
    core::MoveStream move;
    move.release = request.captured.at(0);
    move.stream = request.captured.at(1);
    move.kind = kind;
    return move;
}

asio::awaitable<Response> promote(const Services& services, Request request) {
    const Result<wire::PromoteRequest> wanted = decode_body<wire::PromoteRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    core::MoveStream move = move_event(request, core::MoveKind::promote);
    move.compose = ComposeId{wanted->compose};
    move.hurt_allowed = wanted->hurt_allowed;
    core::Event event = std::move(move);
    co_return co_await answer_reply<core::MadeMove>(services, std::move(event), 202);
}

asio::awaitable<Response> roll_back(const Services& services, Request request) {
    const Result<wire::RollbackRequest> wanted = decode_body<wire::RollbackRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    core::MoveStream move = move_event(request, core::MoveKind::rollback);
    if (wanted->to) move.compose = ComposeId{*wanted->to};
    move.hurt_allowed = wanted->hurt_allowed;
    core::Event event = std::move(move);
    co_return co_await answer_reply<core::MadeMove>(services, std::move(event), 202);
}

template <class Report>
Response report_response(const Result<Report>& report) {
    if (!report) return failure(report.error());
    return json_response(200, wire::to_text(*report));
}

/// Names become paths, so only those are taken that the engine knows.
asio::awaitable<Response> verify(const Services& services, Request request) {
    core::Event event = core::AskRepos();
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    const auto& state = std::get<core::RepoState>(*reply);
    const bool known = std::ranges::any_of(state.streams, [&](const core::Stream& stream) {
        return stream.release == request.captured.at(0) && stream.name == request.captured.at(1);
    });
    if (!known) {
        co_return failure(404, "Release '" + request.captured.at(0) +
                                   "' has no published stream '" + request.captured.at(1) + "'.");
    }
    auto look = [&services, state, release = request.captured.at(0),
                 stream = request.captured.at(1)] {
        return services.repos.verify(release, stream, state);
    };
    const Result<wire::VerifyReport> report = co_await services.repo_pool.run(std::move(look));
    co_return report_response(report);
}

/// What should be there is the engine's to say; what is there is looked at on a thread for it.
asio::awaitable<Response> check_files(const Services& services, Request) {
    core::Event event = core::AskRepos();
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    auto look = [&services, state = std::get<core::RepoState>(*reply)] {
        return services.repos.fsck(state);
    };
    const Result<wire::FsckReport> report = co_await services.repo_pool.run(std::move(look));
    co_return report_response(report);
}

/// The engine decides and commits what nothing needs any more; only then is it removed.
asio::awaitable<Response> collect_garbage(const Services& services, Request request) {
    const Result<wire::GarbageRequest> wanted = decode_body<wire::GarbageRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    core::Event event = core::CollectGarbage{wanted->dry_run};
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    auto remove = [&services, plan = std::get<core::GarbagePlan>(*reply)] {
        return services.repos.collect(plan);
    };
    const Result<wire::GarbageReport> report = co_await services.repo_pool.run(std::move(remove));
    co_return report_response(report);
}

}  // namespace

void add_streams(Router& router, const Services& services) {
    const std::uint64_t body_max = services.limits.json;
    add_list(router, "/v1/streams", services, &Reads::streams);
    add_list(router, "/v1/moves", services, &Reads::stream_moves);
    add_row(router, "/v1/moves/*", "move", services, &Reads::stream_move);
    add_post(router, "/v1/streams/*/*/promote", body_max,
             [&services](Request request) { return promote(services, std::move(request)); });
    add_post(router, "/v1/streams/*/*/rollback", body_max,
             [&services](Request request) { return roll_back(services, std::move(request)); });
    add_post(router, "/v1/streams/*/*/verify", body_max,
             [&services](Request request) { return verify(services, std::move(request)); });
    add_post(router, "/v1/repos/fsck", body_max,
             [&services](Request request) { return check_files(services, std::move(request)); });
    add_post(router, "/v1/repos/gc", body_max, [&services](Request request) {
        return collect_garbage(services, std::move(request));
    });
}

}  // namespace terrace::rest
