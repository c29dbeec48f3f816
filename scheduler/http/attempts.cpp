#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

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

constexpr std::int64_t kWaitMax = 60'000;
constexpr std::chrono::milliseconds kLookInterval{500};

struct LogStart {
    std::int64_t offset = 0;
    std::int64_t wait = 0;  ///< how long to wait for the first byte, in ms
};
BOOST_DESCRIBE_STRUCT(LogStart, (), (offset, wait))

/// What of a log there is, and whether there will be more.
struct LogView {
    std::shared_ptr<BodySource> source;  ///< null: nothing
    bool complete = false;
    bool removed = false;
    std::string policy;  ///< where it was removed: by which
};

Result<LogPlace> log_place(const Request& request) {
    const Result<LogPlace> place = from_query<LogPlace>(request);
    if (place && !place->fence)
        return Error{Errc::invalid_argument, "The parameter fence is missing."};
    return place;
}

/// Says where to go on; after a gap the worker sends from there.
Response append_answer(AttemptId id, const LogPlace& place, const LogAppend& kept) {
    Response response = no_content();
    if (kept.gap) {
        response = failure(409, "The log of attempt " + std::to_string(id.value) + " has " +
                                    std::to_string(kept.offset) + " bytes, so text at " +
                                    std::to_string(place.offset) + " would leave a gap.");
    }
    response.headers.emplace_back("Terrace-Offset", std::to_string(kept.offset));
    return response;
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
    const Result<LogAppend> kept = co_await services.file_pool.run(append);
    if (!kept) co_return failure(kept.error());
    co_return append_answer(*id, *place, *kept);
}

/// For blocking threads.
Result<LogView> look_at_log(const Services& services, AttemptId attempt, std::uint64_t offset) {
    // First whether it has ended, then its size: a log that is called complete must be all of it.
    const AttemptEnds ends = services.reads.attempt_ends({attempt});
    const auto found = ends.find(attempt);
    if (found == ends.end())
        return Error{Errc::not_found, "There is no attempt " + std::to_string(attempt.value) + "."};
    LogView view;
    view.complete = found->second.has_value();
    view.source = services.logs.read(attempt, offset);
    if (view.source || !view.complete) return view;
    // An attempt may also have died before its first line.
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    view.removed = services.log_keeping.is_over(*found->second, now);
    view.policy = services.log_keeping.name_for(found->second->outcome);
    return view;
}

Result<LogStart> log_start(const Request& request) {
    const Result<LogStart> start = from_query<LogStart>(request);
    if (start && (start->wait < 0 || start->wait > kWaitMax)) {
        return Error{Errc::invalid_argument, "The parameter wait must be between 0 and " +
                                                 std::to_string(kWaitMax) + " milliseconds."};
    }
    return start;
}

Response log_answer(AttemptId attempt, const LogView& view) {
    if (view.removed) {
        return failure(410, "The log of attempt " + std::to_string(attempt.value) +
                                " was removed, as " + view.policy + " of the scheduler asks.");
    }
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.source = view.source;
    if (view.complete) response.headers.emplace_back("Terrace-Log-Complete", "true");
    return response;
}

/// The long poll: looks until there is something to say. A log that is followed grows twice a
/// second (worker/mock/attempt_log.cpp), so looking more often would find nothing.
asio::awaitable<Response> show_log(const Services& services, Request request) {
    const Result<AttemptId> id = captured_id<AttemptId>(request);
    if (!id) co_return failure(id.error());
    const Result<LogStart> start = log_start(request);
    if (!start) co_return failure(start.error());
    auto look = [&services, attempt = *id, offset = static_cast<std::uint64_t>(start->offset)] {
        return look_at_log(services, attempt, offset);
    };
    const auto until = WorkSignal::Clock::now() + std::chrono::milliseconds(start->wait);
    for (;;) {
        const Result<LogView> view = co_await services.read_pool.run(look);
        if (!view) co_return failure(view.error());
        const bool grown = view->source && view->source->left() != 0;
        const bool late = services.work.stopped() || WorkSignal::Clock::now() >= until;
        if (grown || view->complete || late || request.client_gone())
            co_return log_answer(*id, *view);
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, kLookInterval);
        co_await timer.async_wait(asio::use_awaitable);
    }
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

asio::awaitable<Response> take_look(const Services& services, Request request) {
    const Result<AttemptId> id = captured_id<AttemptId>(request);
    if (!id) co_return failure(id.error());
    Result<LookReport> look = decode_body<LookReport>(request);
    if (!look) co_return failure(look.error());
    core::Event event = core::ReportLook{*id, std::move(*look)};
    co_return co_await answer_reply<LookAnswer>(services, std::move(event), 200);
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
    add_post(router, "/v1/attempts/*/looks", services.limits.json,
             [&services](Request request) { return take_look(services, std::move(request)); });
    add_post(router, "/v1/attempts/*/result", services.limits.json,
             [&services](Request request) { return take_result(services, std::move(request)); });
}

}  // namespace terrace::rest
