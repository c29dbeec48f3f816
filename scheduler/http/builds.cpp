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

}  // namespace

void add_builds(Router& router, const Services& services) {
    add_list(router, "/v1/builds", services, &Reads::builds);
    add_row(router, "/v1/builds/*", "build", services, &Reads::build);
    add_row(router, "/v1/builds/*/audit", "audit of build", services, &Reads::build_audit);
    add_get(router, "/v1/builds/*/explain",
            about_row(services, explain_event, answer_question<Explanation>));
    add_post(router, "/v1/builds/*/cancel", services.limits.json,
             about_row(services, cancel_event, answer_event));
}

}  // namespace terrace::rest
