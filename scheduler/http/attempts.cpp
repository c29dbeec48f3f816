#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"
#include "scheduler/http/stored_objects.hpp"

namespace terrace::rest {
namespace {

struct LogPlace {
    std::optional<std::int64_t> fence;
    std::int64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(LogPlace, (), (fence, offset))

struct LogStart {
    std::int64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(LogStart, (), (offset))

/// What of a log there is, and whether there will be more.
struct LogView {
    FilePart part;
    bool complete = false;
};

Result<LogPlace> log_place(const Request& request) {
    const Result<LogPlace> place = from_query<LogPlace>(request);
    if (place && !place->fence)
        return Error{Errc::invalid_argument, "The parameter fence is missing."};
    return place;
}

asio::awaitable<Response> append_log(const Services& services, Request request) {
    const Result<AttemptId> id = captured_id<AttemptId>(request);
    if (!id) co_return failure(id.error());
    const Result<LogPlace> place = log_place(request);
    if (!place) co_return failure(place.error());
    core::Event event = core::CheckLease{LeaseKey{*id, *place->fence}};
    const Result<core::Reply> leased = co_await ask(services.post, std::move(event));
    if (!leased) co_return failure(leased.error());
    auto append = [&services, attempt = *id, offset = static_cast<std::uint64_t>(place->offset),
                   &request] { return services.logs.append(attempt, offset, request.body); };
    const Result<void> kept = co_await services.file_pool.run(append);
    if (!kept) co_return failure(kept.error());
    co_return no_content();
}

asio::awaitable<Response> show_log(const Services& services, Request request) {
    const Result<AttemptId> id = captured_id<AttemptId>(request);
    if (!id) co_return failure(id.error());
    const Result<LogStart> start = from_query<LogStart>(request);
    if (!start) co_return failure(start.error());
    auto look = [&services, attempt = *id,
                 offset = static_cast<std::uint64_t>(start->offset)]() -> Result<LogView> {
        // First whether it has ended, then its size: a log that is called complete must be all of
        // it.
        const std::optional<bool> ended = services.reads.attempt_ended(attempt);
        if (!ended)
            return Error{Errc::not_found,
                         "There is no attempt " + std::to_string(attempt.value) + "."};
        return LogView{services.logs.read(attempt, offset), *ended};
    };
    const Result<LogView> view = co_await services.read_pool.run(std::move(look));
    if (!view) co_return failure(view.error());
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.file = view->part;
    if (view->complete) response.headers.emplace_back("Terrace-Log-Complete", "true");
    co_return response;
}

Result<void> check_rpms(const Services& services, const AttemptReport& report) {
    NamedDigests files;
    for (const RpmFile& rpm : report.rpms) files.emplace_back(rpm.filename, rpm.digest);
    return check_uploaded(services.objects, files);
}

asio::awaitable<Response> take_result(const Services& services, Request request) {
    const Result<AttemptId> id = captured_id<AttemptId>(request);
    if (!id) co_return failure(id.error());
    Result<AttemptReport> report = decode_body<AttemptReport>(request);
    if (!report) co_return failure(report.error());
    auto check = [&services, &report] { return check_rpms(services, *report); };
    const Result<void> uploaded = co_await services.file_pool.run(check);
    if (!uploaded) co_return failure(uploaded.error());
    core::Event event = core::ReportAttempt{*id, std::move(*report)};
    co_return co_await answer_event(services, std::move(event));
}

asio::awaitable<Response> show_buildroot(const Services& services, Request request) {
    auto query = [&services, id = request.captured.at(0)] {
        return row_or_error(services.reads.buildroot(id), "build root", id);
    };
    co_return co_await answer_query(services, std::move(query));
}

}  // namespace

void add_attempts(Router& router, const Services& services) {
    add_get(router, "/v1/buildroots/*",
            [&services](Request request) { return show_buildroot(services, std::move(request)); });
    add_get(router, "/v1/attempts/*/log",
            [&services](Request request) { return show_log(services, std::move(request)); });
    add_post(router, "/v1/attempts/*/log", services.limits.log_piece,
             [&services](Request request) { return append_log(services, std::move(request)); });
    add_post(router, "/v1/attempts/*/result", services.limits.json,
             [&services](Request request) { return take_result(services, std::move(request)); });
}

}  // namespace terrace::rest
