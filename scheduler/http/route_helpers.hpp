#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "common/wire/json.hpp"
#include "common/wire/rest.hpp"
#include "scheduler/http/message.hpp"
#include "scheduler/http/plain_text.hpp"
#include "scheduler/http/query.hpp"
#include "scheduler/http/router.hpp"
#include "scheduler/http/services.hpp"

/// The kinds of routes that most resources are made of.
namespace terrace::rest {

/// Runs a query on a blocking thread and answers with its text.
asio::awaitable<Response> answer_query(const Services& services,
                                       std::function<Result<std::string>()> query);

/// Tells the engine and answers 204, or with what it refuses.
asio::awaitable<Response> answer_event(const Services& services, core::Event event);

/// What of a reply goes over the wire: the id where the engine made a row, or else the reply
/// itself.
inline wire::Created wire_form(const core::MadePackageSet& made) {
    return {made.id.value};
}
inline wire::Created wire_form(const core::MadeRebuild& made) {
    return {made.id.value};
}
inline wire::Created wire_form(const core::MadeWaiver& made) {
    return {made.id.value};
}
inline const std::vector<GateRow>& wire_form(const core::GateRows& found) {
    return found.rows;
}
inline const std::vector<Waiver>& wire_form(const core::Waivers& found) {
    return found.rows;
}
inline wire::Created wire_form(const core::MadeMove& made) {
    return {made.id.value};
}
template <class Wanted>
const Wanted& wire_form(const Wanted& reply) {
    return reply;
}

/// Asks the engine and answers with its reply, or with what it refuses.
/// @pre a Wanted is what the engine replies to such an event.
template <class Wanted>
asio::awaitable<Response> answer_reply(const Services& services,
                                       core::Event event,
                                       unsigned status) {
    const Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    co_return json_response(status, wire::to_text(wire_form(std::get<Wanted>(*reply))));
}

/// The body as what the resource expects, or one sentence that says why it is not.
template <class T>
Result<T> decode_body(const Request& request) {
    if (json_has_nul(request.body)) {
        return Error{Errc::invalid_argument, "A text of the body holds a NUL character."};
    }
    return wire::from_text<T>(request.body);
}

/// "There is no build 17." if there is none.
Result<std::string> row_or_error(std::optional<std::string> row,
                                 const std::string& noun,
                                 const std::string& which);

void add_get(Router& router, std::string pattern, Handler handle);
void add_post(Router& router, std::string pattern, std::uint64_t body_bytes_max, Handler handle);

/// The parameters of a list; its `limit` is checked.
template <std::derived_from<Page> Filter>
Result<Filter> list_filter(const Request& request) {
    const Result<Filter> filter = from_query<Filter>(request);
    if (filter && (filter->limit < 1 || filter->limit > kLimitMax)) {
        return Error{Errc::invalid_argument, "The parameter limit must be between 1 and " +
                                                 std::to_string(kLimitMax) + "."};
    }
    return filter;
}

template <class Filter>
asio::awaitable<Response> answer_list(const Services& services,
                                      std::string (Reads::*list)(const Filter&),
                                      Request request) {
    const Result<Filter> filter = list_filter<Filter>(request);
    if (!filter) co_return failure(filter.error());
    auto query = [&services, list, wanted = *filter]() -> Result<std::string> {
        return (services.reads.*list)(wanted);
    };
    co_return co_await answer_query(services, std::move(query));
}

/// GET of a list.
template <class Filter>
void add_list(Router& router,
              std::string pattern,
              const Services& services,
              std::string (Reads::*list)(const Filter&)) {
    add_get(router, std::move(pattern), [&services, list](Request request) {
        return answer_list(services, list, std::move(request));
    });
}

template <class RowId>
asio::awaitable<Response> answer_row(const Services& services,
                                     std::string noun,
                                     std::optional<std::string> (Reads::*row)(RowId),
                                     Request request) {
    const Result<RowId> id = captured_id<RowId>(request);
    if (!id) co_return failure(id.error());
    auto query = [&services, &noun, row, wanted = *id]() -> Result<std::string> {
        return row_or_error((services.reads.*row)(wanted), noun, std::to_string(wanted.value));
    };
    co_return co_await answer_query(services, std::move(query));
}

/// GET of one row by its id; `noun` is what the API calls it.
template <class RowId>
void add_row(Router& router,
             std::string pattern,
             std::string noun,
             const Services& services,
             std::optional<std::string> (Reads::*row)(RowId)) {
    add_get(router, std::move(pattern), [&services, noun = std::move(noun), row](Request request) {
        return answer_row(services, noun, row, std::move(request));
    });
}

/// How an event is told to the engine and answered.
using AnswerEvent = asio::awaitable<Response> (*)(const Services&, core::Event);

/// The same for a question, whose answer is 200 and a Wanted.
template <class Wanted>
asio::awaitable<Response> answer_question(const Services& services, core::Event event) {
    co_return co_await answer_reply<Wanted>(services, std::move(event), 200);
}

template <class RowId>
asio::awaitable<Response> answer_about_row(const Services& services,
                                           core::Event (*event_about)(RowId),
                                           AnswerEvent answer,
                                           Request request) {
    const Result<RowId> id = captured_id<RowId>(request);
    if (!id) co_return failure(id.error());
    core::Event event = event_about(*id);
    co_return co_await answer(services, std::move(event));
}

/// Handles requests about the row whose id is in the path: `answer` gets the event that
/// `event_about` makes of it.
template <class RowId>
Handler about_row(const Services& services, core::Event (*event_about)(RowId), AnswerEvent answer) {
    return [&services, event_about, answer](Request request) {
        return answer_about_row(services, event_about, answer, std::move(request));
    };
}

}  // namespace terrace::rest
