#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

struct VariantFilter {
    std::string variant;
};
BOOST_DESCRIBE_STRUCT(VariantFilter, (), (variant))

asio::awaitable<Response> show_client_config(const Services& services, Request request) {
    const Result<VariantFilter> filter = from_query<VariantFilter>(request);
    if (!filter) co_return failure(filter.error());
    auto query = [&services, &request, variant = filter->variant] {
        return services.publications.client_config(request.captured.at(0), request.captured.at(1),
                                                   variant);
    };
    co_return co_await answer_query(services, std::move(query));
}

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

struct ReleaseOfRow {
    std::string release;
};
BOOST_DESCRIBE_STRUCT(ReleaseOfRow, (), (release))

Result<FilePart> find_sbom(const Services& services, ComposeId id) {
    const Result<std::string> row =
        row_or_error(services.reads.compose(id), "compose", std::to_string(id.value));
    if (!row) return row.error();
    const Result<ReleaseOfRow> compose = wire::from_text<ReleaseOfRow>(*row);
    if (!compose) return compose.error();
    return services.publications.sbom(compose->release, id);
}

asio::awaitable<Response> show_sbom(const Services& services, Request request) {
    const Result<ComposeId> id = captured_id<ComposeId>(request);
    if (!id) co_return failure(id.error());
    auto look = [&services, wanted = *id] { return find_sbom(services, wanted); };
    const Result<FilePart> file = co_await services.read_pool.run(look);
    if (!file) co_return failure(file.error());
    Response response = json_response(200, "");
    response.file = *file;
    co_return response;
}

}  // namespace

void add_composes(Router& router, const Services& services) {
    add_list(router, "/v1/composes", services, &Reads::composes);
    // Before the star: the first pattern that matches is taken.
    add_get(router, "/v1/composes/diff",
            [&services](Request request) { return diff_composes(services, std::move(request)); });
    add_row(router, "/v1/composes/*", "compose", services, &Reads::compose);
    add_get(router, "/v1/composes/*/sbom",
            [&services](Request request) { return show_sbom(services, std::move(request)); });
    add_get(router, "/v1/releases/*/streams/*/client-config", [&services](Request request) {
        return show_client_config(services, std::move(request));
    });
}

}  // namespace terrace::rest
