#include <fmt/format.h>

#include "cli/commands/rebuild_commands.hpp"
#include "cli/reports/plan_report.hpp"
#include "cli/resolve_wait.hpp"
#include "cli/watch.hpp"

namespace terrace::cli {
namespace {

struct StartOptions {
    wire::RebuildRequest request;
    bool watch = false;
};

struct PlanOptions {
    wire::RebuildRequest request;
};

ExitCode start_rebuild(Session& session, const StartOptions& options) {
    return start_request(session, options.request, options.watch);
}

ExitCode plan_rebuild(Session& session, const PlanOptions& options) {
    const auto answer =
        post_when_resolved(session, Target("/v1/rebuilds/plan"), wire::to_text(options.request));
    return session.answer<RebuildPlan>(answer, [&](const RebuildPlan& plan) {
        print_plan(session.output, options.request, plan);
    });
}

void add_selection_options(CLI::App& app, wire::RebuildRequest& request) {
    app.add_option("release", request.release, "Name of the release")->required();
    add_list_option(app, "--package", request.packages,
                    "Only this source package; may be repeated");
    add_list_option(app, "--variant", request.variants, "Only this variant; may be repeated");
    app.add_option("--stream", request.stream, "Stream to publish to (the release's first)");
    add_word_option(app, "--mode", request.mode,
                    "flat: every build sees only the seed; ordered: dependencies first");
}

/// Written as comparisons that are false for NaN, which CLI11's own range lets through.
std::string why_no_share(const std::string& text) {
    double share = 0;
    const bool is_number = CLI::detail::lexical_cast(text, share);
    if (is_number && share >= 0.001 && share <= 1000) return "";
    return "'" + text + "' is not a number from 0.001 to 1000";
}

}  // namespace

void add_urgency_options(CLI::App& app, wire::RebuildRequest& request) {
    add_word_option(app, "--priority", request.priority,
                    "A class goes before all lower ones; background also leaves slots free");
    app.add_option("--share", request.share,
                   "Share of the farm, relative to other rebuilds of its class")
        ->check(why_no_share, "0.001 to 1000")
        ->capture_default_str();
    app.add_option("--confirm", request.confirm,
                   "The number of builds, which a large rebuild must name: see rebuild plan")
        ->check(CLI::NonNegativeNumber);
}

ExitCode start_request(Session& session, const wire::RebuildRequest& request, bool watch) {
    const auto answer = post_when_resolved(session, Target("/v1/rebuilds"), wire::to_text(request));
    const auto say = [&](const wire::Created& created) {
        session.output.print_line(fmt::format("Rebuild {} is started.", created.id));
    };
    if (!watch) return session.answer<wire::Created>(answer, say);
    const auto created = Session::read<wire::Created>(answer);
    if (!created) return session.fail(created.error());
    if (!session.json) say(*created);
    return watch_rebuild(session, created->id);
}

void add_rebuild_start_commands(CLI::App& noun, Action& action) {
    Command<PlanOptions> plan(noun, "plan",
                              "What `rebuild start` would do with these options, and how long it "
                              "would take; changes nothing");
    add_selection_options(*plan.app, plan.options->request);
    add_urgency_options(*plan.app, plan.options->request);
    plan.does(action, plan_rebuild);

    Command<StartOptions> start(noun, "start",
                                "Build a release's packages for its variants, compare and publish");
    add_selection_options(*start.app, start.options->request);
    add_urgency_options(*start.app, start.options->request);
    start.app->add_flag("--watch", start.options->watch, "Show it until it has ended");
    start.does(action, start_rebuild);
}

}  // namespace terrace::cli
