#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

#include <cmath>

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

/// What a body asks for. It goes back to one earlier rebuild at most.
Result<core::SubmitRebuild> read_request(const Request& request) {
    Result<wire::RebuildRequest> wanted = decode_body<wire::RebuildRequest>(request);
    if (!wanted) return wanted.error();
    if (wanted->retry_of && wanted->second_pass_of) {
        return Error{Errc::invalid_argument,
                     "A rebuild has one of retry_of and second_pass_of, not both."};
    }
    if (!std::isfinite(wanted->share))  // 1e999 is JSON, too
        return Error{Errc::invalid_argument, "The share of a rebuild must be a finite number."};
    return submit_event(std::move(*wanted));
}

asio::awaitable<Response> submit_rebuild(const Services& services, Request request) {
    Result<core::SubmitRebuild> submit = read_request(request);
    if (!submit) co_return failure(submit.error());
    core::Event event = std::move(*submit);
    co_return co_await answer_reply<core::MadeRebuild>(services, std::move(event), 202);
}

asio::awaitable<Response> plan_rebuild(const Services& services, Request request) {
    Result<core::SubmitRebuild> submit = read_request(request);
    if (!submit) co_return failure(submit.error());
    core::Event event = core::PlanRebuild{std::move(*submit)};
    co_return co_await answer_question<RebuildPlan>(services, std::move(event));
}

struct DiffParameters {
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> after;
};
BOOST_DESCRIBE_STRUCT(DiffParameters, (), (before, after))

asio::awaitable<Response> diff_rebuilds(const Services& services, Request request) {
    const Result<DiffParameters> wanted = from_query<DiffParameters>(request);
    if (!wanted) co_return failure(wanted.error());
    if (!wanted->before || !wanted->after) {
        co_return failure(400, "Two rebuilds are compared: give their ids as before and after.");
    }
    const RebuildId before(*wanted->before);
    const RebuildId after(*wanted->after);
    core::Event event = core::DiffRebuilds{before, after};
    co_return co_await answer_question<RebuildDiff>(services, std::move(event));
}

core::Event cancel_event(RebuildId id) {
    return core::CancelRebuild{id};
}

core::Event pause_event(RebuildId id) {
    return core::PauseRebuild{id, true};
}

core::Event resume_event(RebuildId id) {
    return core::PauseRebuild{id, false};
}

core::Event second_pass_event(RebuildId id) {
    return core::SelectSecondPass{id};
}

}  // namespace

void add_rebuilds(Router& router, const Services& services) {
    const std::uint64_t body_max = services.limits.json;
    add_list(router, "/v1/rebuilds", services, &Reads::rebuilds);
    // Before the star: the first pattern that matches is taken.
    add_get(router, "/v1/rebuilds/diff",
            [&services](Request request) { return diff_rebuilds(services, std::move(request)); });
    add_row(router, "/v1/rebuilds/*", "rebuild", services, &Reads::rebuild);
    add_get(router, "/v1/rebuilds/*/second-pass",
            about_row(services, second_pass_event, answer_question<SecondPass>));
    add_post(router, "/v1/rebuilds", body_max,
             [&services](Request request) { return submit_rebuild(services, std::move(request)); });
    add_post(router, "/v1/rebuilds/plan", body_max,
             [&services](Request request) { return plan_rebuild(services, std::move(request)); });
    add_post(router, "/v1/rebuilds/*/cancel", body_max,
             about_row(services, cancel_event, answer_event));
    add_post(router, "/v1/rebuilds/*/pause", body_max,
             about_row(services, pause_event, answer_event));
    add_post(router, "/v1/rebuilds/*/resume", body_max,
             about_row(services, resume_event, answer_event));
}

}  // namespace terrace::rest
