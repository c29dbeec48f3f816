#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

struct DiffParameters {
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> after;
};
BOOST_DESCRIBE_STRUCT(DiffParameters, (), (before, after))

asio::awaitable<Response> diff_composes(const Services& services, Request request) {
    const Result<DiffParameters> wanted = from_query<DiffParameters>(request);
    if (!wanted) co_return failure(wanted.error());
    if (!wanted->before || !wanted->after) {
        co_return failure(400, "Two composes are compared: give their ids as before and after.");
    }
    auto query = [&services, before = *wanted->before, after = *wanted->after] {
        return row_or_error(services.reads.compose_diff(ComposeId{before}, ComposeId{after}),
                            "compose", std::to_string(before) + " or " + std::to_string(after));
    };
    co_return co_await answer_query(services, std::move(query));
}

}  // namespace

void add_composes(Router& router, const Services& services) {
    add_list(router, "/v1/composes", services, &Reads::composes);
    // Before the star: the first pattern that matches is taken.
    add_get(router, "/v1/composes/diff",
            [&services](Request request) { return diff_composes(services, std::move(request)); });
    add_row(router, "/v1/composes/*", "compose", services, &Reads::compose);
}

}  // namespace terrace::rest
