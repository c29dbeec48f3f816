#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/follow_log.hpp"
#include "cli/output/text.hpp"
#include "cli/rebuild_rows.hpp"
#include "cli/reports/audit_report.hpp"
#include "cli/reports/explain_report.hpp"
#include "common/vocab/parity.hpp"

namespace terrace::cli {
namespace {

struct ListOptions {
    std::int64_t rebuild = 0;
    std::string state;
    std::string variant;
    std::string package;
};

struct IdOptions {
    std::int64_t id = 0;
};

struct LogOptions {
    std::int64_t id = 0;
    bool follow = false;
};

std::string time_of(const BuildRow& row) {
    return row.wall_ms ? format_duration(Duration(*row.wall_ms)) : "-";
}

std::string remark_of(const BuildRow& row) {
    if (row.reused_from) return fmt::format("reused from build {}", *row.reused_from);
    return row.outcome == "ok" ? "" : row.evidence.value_or("");
}

ExitCode list_builds(Session& session, const ListOptions& options) {
    const Target target = Target("/v1/builds")
                              .with("rebuild", options.rebuild)
                              .with("state", options.state)
                              .with("variant", options.variant)
                              .with("package", options.package);
    return session.answer<std::vector<BuildRow>>(session.farm.list(target),
                                                 [&](const std::vector<BuildRow>& rows) {
                                                     Table table({{"BUILD", Align::right},
                                                                  {"PACKAGE"},
                                                                  {"VARIANT"},
                                                                  {"STATE"},
                                                                  {"OUTCOME"},
                                                                  {"TRIES", Align::right},
                                                                  {"WORKER"},
                                                                  {"TIME", Align::right},
                                                                  {"REMARK"}});
                                                     for (const BuildRow& row : rows) {
                                                         table.add({{std::to_string(row.id)},
                                                                    {row.package, Paint::strong},
                                                                    {row.variant},
                                                                    word_cell(row.state),
                                                                    word_cell(or_dash(row.outcome)),
                                                                    {std::to_string(row.attempts)},
                                                                    {or_dash(row.worker)},
                                                                    {time_of(row)},
                                                                    {remark_of(row)}});
                                                     }
                                                     session.output.print(table, "No such builds.");
                                                 });
}

/// 0 is what was not measured.
std::string measured(std::int64_t bytes) {
    return bytes > 0 ? format_bytes(bytes) : "-";
}

Table attempts_of(const BuildRow& build) {
    Table table({{"ATTEMPT", Align::right},
                 {"WORKER"},
                 {"STARTED"},
                 {"OUTCOME"},
                 {"TIME", Align::right},
                 {"CPU", Align::right},
                 {"MEMORY", Align::right},
                 {"DISK", Align::right},
                 {"WRITTEN", Align::right},
                 {"BUILDROOT", Align::right},
                 {"EVIDENCE"}});
    for (const AttemptRow& row : build.attempt_list) {
        table.add({{std::to_string(row.id)},
                   {row.worker},
                   {format_moment(row.started_at)},
                   word_cell(row.ended_at ? or_dash(row.outcome) : "running"),
                   {format_duration(Duration(row.wall_ms))},
                   {format_duration(Duration(row.cpu_ms))},
                   {format_bytes(row.memory_peak_bytes)},
                   {measured(row.disk_bytes)},
                   {measured(row.bytes_written)},
                   {row.buildroot_packages ? std::to_string(*row.buildroot_packages) : "-"},
                   {row.evidence}});
    }
    return table;
}

void print_build(Output& output, const BuildRow& build) {
    output.print_line(fmt::format("Build {} of rebuild {}: {} for {}, {}", build.id, build.rebuild,
                                  one_line(build.package), build.variant,
                                  painted(build.state, paint_of(build.state), output.out_style)));
    if (build.reused_from)
        output.print_line(fmt::format("Its packages are those of build {}.", *build.reused_from));
    if (build.evidence && !build.evidence->empty())
        output.print_line("Evidence: " + one_line(*build.evidence));
    output.print_line("Identity: " + build.identity);
    if (build.level_used != "none" && !build.level_used.empty())
        output.print_line("Highest level of an instruction: " + build.level_used);
    for (const std::string& finding : build.audit_findings)
        output.print_line("Audit: " + one_line(finding));
    if (build.ready_at) output.print_line("Ready at: " + format_moment(*build.ready_at));
    if (!build.from_seed.empty()) {
        output.print_line("From the seed, although its rebuild builds them: " +
                          one_line(fmt::format("{}", fmt::join(build.from_seed, ", "))));
    }
    output.print_line("");
    output.print(attempts_of(build), "No attempt has been made yet.");
    if (build.rpms.empty()) return;
    Table table({{"PACKAGE"}, {"SIZE", Align::right}});
    for (const RpmRow& row : build.rpms) table.add({{row.filename}, {format_bytes(row.size)}});
    output.print_line("");
    output.print(table, "");
}

ExitCode show_build(Session& session, const IdOptions& options) {
    return session.answer<BuildRow>(
        session.farm.get(Target("/v1/builds").segment(options.id)),
        [&](const BuildRow& build) { print_build(session.output, build); });
}

/// The newest attempt that came as far as rpmbuild.
ExitCode print_buildroot(Session& session, const IdOptions& options) {
    const auto build =
        Session::read<BuildRow>(session.farm.get(Target("/v1/builds").segment(options.id)));
    if (!build) return session.fail(build.error());
    std::optional<std::string> buildroot;
    for (const AttemptRow& attempt : build->attempt_list) {
        if (attempt.buildroot) buildroot = attempt.buildroot;
    }
    if (!buildroot) {
        return session.fail(
            {Errc::not_found, fmt::format("Build {} has never come as far as "
                                          "rpmbuild, so its build root is not known.",
                                          options.id)});
    }
    return session.answer<BuildrootRow>(
        session.farm.get(Target("/v1/buildroots").segment(*buildroot)),
        [&](const BuildrootRow& row) {
            for (const std::string& package : row.packages)
                session.output.print_line(one_line(package));
        });
}

ExitCode explain_build(Session& session, const IdOptions& options) {
    return session.answer<Explanation>(
        session.farm.get(Target("/v1/builds").segment(options.id).segment("explain")),
        [&](const Explanation& explanation) {
            print_explanation(session.output, explanation,
                              std::chrono::floor<Duration>(std::chrono::system_clock::now()));
        });
}

/// What the farm has of the audit of a build.
struct BuildAuditRow {
    std::int64_t build = 0;
    AuditReport report;
};
BOOST_DESCRIBE_STRUCT(BuildAuditRow, (), (build, report))

struct BuildAuditOptions {
    std::int64_t id = 0;
    std::optional<std::int64_t> against;
};

Result<std::string> audit_of(Session& session, std::int64_t id) {
    return session.farm.get(Target("/v1/builds").segment(id).segment("audit"));
}

ExitCode show_audit(Session& session, const BuildAuditOptions& options) {
    const Result<std::string> text = audit_of(session, options.id);
    if (!options.against) {
        return session.answer<BuildAuditRow>(
            text, [&](const BuildAuditRow& row) { print_audit(session.output, row.report); });
    }
    const auto variant = Session::read<BuildAuditRow>(text);
    if (!variant) return session.fail(variant.error());
    const auto baseline = Session::read<BuildAuditRow>(audit_of(session, *options.against));
    if (!baseline) return session.fail(baseline.error());
    const auto differences =
        parity_differences(baseline->report.interfaces, variant->report.interfaces);
    if (session.json) {
        session.output.print_line(wire::to_text(differences));
    } else {
        print_parity(session.output, differences,
                     baseline->report.code_identity == variant->report.code_identity);
    }
    return differences.empty() ? ExitCode::ok : ExitCode::failed;
}

ExitCode print_log(Session& session, const LogOptions& options) {
    return options.follow ? follow_log_of_build(session, options.id)
                          : print_log_of_build(session, options.id);
}

ExitCode cancel_build(Session& session, const IdOptions& options) {
    const auto answer =
        session.farm.post(Target("/v1/builds").segment(options.id).segment("cancel"), "{}");
    if (!answer) return session.fail(answer.error());
    if (!session.json) session.output.print_line(fmt::format("Build {} is cancelled.", options.id));
    return ExitCode::ok;
}

}  // namespace

void add_build_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "build", "Builds: one source package for one variant");

    Command<ListOptions> list(*noun, "list", "The builds of a rebuild");
    list.app->add_option("--rebuild", list.options->rebuild, "Id of the rebuild")->required();
    list.app->add_option("--state", list.options->state, "Only in this state, such as failed");
    list.app->add_option("--variant", list.options->variant, "Only for this variant");
    list.app->add_option("--package", list.options->package, "Only of this source package");
    list.does(action, list_builds);

    Command<IdOptions> show(*noun, "show", "One build with its attempts and packages");
    show.app->add_option("id", show.options->id, "Id of the build")->required();
    show.does(action, show_build);

    Command<IdOptions> explain(*noun, "explain",
                               "Why it does not run: its place in the queue, when it may start, "
                               "and what each worker lacks");
    explain.app->add_option("id", explain.options->id, "Id of the build")->required();
    explain.does(action, explain_build);

    Command<IdOptions> buildroot(*noun, "buildroot",
                                 "The packages that were installed in its newest build root");
    buildroot.app->add_option("id", buildroot.options->id, "Id of the build")->required();
    buildroot.does(action, print_buildroot);

    Command<BuildAuditOptions> audit(
        *noun, "audit", "What its audit found: levels, leaks, exceptions, identity of the code");
    audit.app->add_option("id", audit.options->id, "Id of the build")->required();
    audit.app->add_option("--against", audit.options->against,
                          "Instead, what differs from this build, such as the baseline's: "
                          "Provides, Requires, sonames, symbols, files, scriptlets");
    audit.does(action, show_audit);
    add_build_provenance(*noun, action);

    Command<LogOptions> log(*noun, "log", "The log of its newest attempt");
    log.app->add_option("id", log.options->id, "Id of the build")->required();
    log.app->add_flag("-f,--follow", log.options->follow,
                      "Go on until the build has ended, also through its further attempts");
    log.does(action, print_log);

    Command<IdOptions> cancel(*noun, "cancel", "Cancel a build that has not ended");
    cancel.app->add_option("id", cancel.options->id, "Id of the build")->required();
    cancel.does(action, cancel_build);
}

}  // namespace terrace::cli
