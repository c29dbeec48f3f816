#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

core::Event cancel_event(BuildId id) {
    return core::CancelBuild{id};
}

core::Event explain_event(BuildId id) {
    return core::ExplainBuild{id};
}

struct OriginRow {
    std::int64_t id = 0;
    std::optional<std::int64_t> reused_from;
    std::string identity;
};
BOOST_DESCRIBE_STRUCT(OriginRow, (), (id, reused_from, identity))

/// Of the build whose packages these are.
Result<std::string> find_provenance(const Services& services, BuildId id) {
    const Result<std::string> row =
        row_or_error(services.reads.build(id), "build", std::to_string(id.value));
    if (!row) return row.error();
    const Result<OriginRow> build = wire::from_text<OriginRow>(*row);
    if (!build) return build.error();
    return services.publications.provenance(BuildId{build->reused_from.value_or(build->id)},
                                            build->identity);
}

asio::awaitable<Response> show_provenance(const Services& services, Request request) {
    const Result<BuildId> id = captured_id<BuildId>(request);
    if (!id) co_return failure(id.error());
    auto query = [&services, wanted = *id] { return find_provenance(services, wanted); };
    co_return co_await answer_query(services, std::move(query));
}

}  // namespace

void add_builds(Router& router, const Services& services) {
    add_list(router, "/v1/builds", services, &Reads::builds);
    add_row(router, "/v1/builds/*", "build", services, &Reads::build);
    add_row(router, "/v1/builds/*/audit", "audit of build", services, &Reads::build_audit);
    add_get(router, "/v1/builds/*/explain",
            about_row(services, explain_event, answer_question<Explanation>));
    add_get(router, "/v1/builds/*/provenance",
            [&services](Request request) { return show_provenance(services, std::move(request)); });
    add_post(router, "/v1/builds/*/cancel", services.limits.json,
             about_row(services, cancel_event, answer_event));
}

}  // namespace terrace::rest
