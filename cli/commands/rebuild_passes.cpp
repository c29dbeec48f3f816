#include <fmt/format.h>

#include "cli/commands/rebuild_commands.hpp"
#include "cli/reports/pass_report.hpp"
#include "cli/resolve_wait.hpp"

namespace terrace::cli {
namespace {

struct FollowOptions {
    std::int64_t id = 0;
    wire::RebuildRequest request;
    bool plan = false;
    bool watch = false;
};

struct DiffOptions {
    std::int64_t before = 0;
    std::int64_t after = 0;
};

ExitCode retry_failed(Session& session, const FollowOptions& options) {
    wire::RebuildRequest request = options.request;
    request.retry_of = options.id;
    return start_request(session, request, options.watch);
}

ExitCode second_pass(Session& session, const FollowOptions& options) {
    // With --json the document is that of the last thing done: the choice, or the rebuild.
    if (options.plan || !session.json) {
        const Target target = Target("/v1/rebuilds").segment(options.id).segment("second-pass");
        bool any = false;
        const ExitCode shown = session.answer<SecondPass>(
            get_when_resolved(session, target), [&](const SecondPass& pass) {
                any = !pass.packages.empty();
                print_second_pass(session.output, pass);
            });
        if (options.plan || shown != ExitCode::ok) return shown;
        if (!any) return ExitCode::failed;  // said so; the farm would refuse to start it
    }
    wire::RebuildRequest request = options.request;
    request.second_pass_of = options.id;
    return start_request(session, request, options.watch);
}

ExitCode diff_rebuilds(Session& session, const DiffOptions& options) {
    const Target target =
        Target("/v1/rebuilds/diff").with("before", options.before).with("after", options.after);
    return session.answer<RebuildDiff>(session.farm.get(target), [&](const RebuildDiff& diff) {
        print_diff(session.output, diff);
    });
}

void add_follow_options(CLI::App& app, FollowOptions& options) {
    app.add_option("id", options.id, "Id of the earlier rebuild")->required();
    add_urgency_options(app, options.request);
    app.add_flag("--watch", options.watch, "Show it until it has ended");
}

}  // namespace

void add_rebuild_pass_commands(CLI::App& noun, Action& action) {
    Command<FollowOptions> retry(noun, "retry-failed",
                                 "Start a new rebuild of the packages that failed in an earlier "
                                 "one");
    add_follow_options(*retry.app, *retry.options);
    retry.does(action, retry_failed);

    Command<FollowOptions> second(noun, "second-pass",
                                  "Build again, in order, what took in code that a flat rebuild "
                                  "made anew");
    add_follow_options(*second.app, *second.options);
    second.app
        ->add_flag("--plan", second.options->plan,
                   "Only show the packages and the reasons; start nothing")
        ->excludes("--watch");
    second.does(action, second_pass);

    Command<DiffOptions> diff(noun, "diff", "What came out differently in two rebuilds");
    diff.app->add_option("before", diff.options->before, "Id of the earlier rebuild")->required();
    diff.app->add_option("after", diff.options->after, "Id of the later rebuild")->required();
    diff.does(action, diff_rebuilds);
}

}  // namespace terrace::cli
