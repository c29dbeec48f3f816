#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rows.hpp"
#include "common/vocab/cpu_level.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

struct NoOptions {};

struct ShowOptions {
    std::string name;
};

struct OrderOptions {
    std::string name;
    std::string reason;
    bool now = false;
};

Paint paint_of_admission(const std::string& admission) {
    if (admission == "enabled") return Paint::good;
    return admission == "quarantined" || admission == "probing" ? Paint::bad : Paint::notice;
}

Duration age_of(TimePoint time) {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now()) - time;
}

ExitCode list_workers(Session& session, const NoOptions&) {
    return session.answer<std::vector<WorkerRow>>(
        session.farm.list(Target("/v1/workers")), [&](const std::vector<WorkerRow>& workers) {
            Table table({{"WORKER"},
                         {"LEVEL"},
                         {"STATE"},
                         {"RUNNING", Align::right},
                         {"SLOTS", Align::right},
                         {"CORES", Align::right},
                         {"MEMORY", Align::right},
                         {"SEEN", Align::right},
                         {"CPU"}});
            for (const WorkerRow& worker : workers) {
                table.add({{worker.name, Paint::strong},
                           {worker.level},
                           {worker.admission, paint_of_admission(worker.admission)},
                           {std::to_string(worker.running)},
                           {std::to_string(worker.hello.slots)},
                           {std::to_string(worker.hello.cores)},
                           {format_bytes(worker.hello.memory_bytes)},
                           {format_duration(age_of(worker.seen_at)) + " ago"},
                           {worker.hello.vendor + " " + worker.hello.model}});
            }
            session.output.print(table, "No worker has registered yet.");
        });
}

Table facts_of(const WorkerRow& worker) {
    const WorkerHello& hello = worker.hello;
    Table table({{"WHAT"}, {"VALUE"}});
    const auto fact = [&](const char* what, std::string value) {
        table.add({{what}, {std::move(value)}});
    };
    fact("name", worker.name);
    fact("level", worker.level);
    fact("level_max", name_of(hello.level_max));
    fact("leaves", text_of(hello.leaves));
    fact("state", worker.admission);
    if (worker.since) {
        fact("since", format_moment(*worker.since));
        fact("decided by", worker.by_farm ? "the farm" : "an operator");
    }
    if (!worker.reason.empty()) fact("reason", one_line(worker.reason));
    if (worker.probe_at) fact("next probing build", format_moment(*worker.probe_at));
    if (worker.probe) fact("probing", fmt::format("attempt {}", *worker.probe));
    if (worker.probes_passed > 0 && worker.admission != "enabled")
        fact("probing builds passed", std::to_string(worker.probes_passed));
    fact("features", fmt::format("{}", fmt::join(hello.features, " ")));
    fact("missing for the next level", fmt::format("{}", fmt::join(hello.features_missing, " ")));
    fact("faulting", text_of(hello.features_faulting));
    fact("cpu", hello.vendor + " " + hello.model + ", microcode " + hello.microcode);
    fact("virtual machine", hello.hypervisor ? "yes" : "no");
    fact("cores, slots", fmt::format("{}, {}", hello.cores, hello.slots));
    if (!hello.confinement.empty()) fact("control groups", hello.confinement);
    fact("memory", format_bytes(hello.memory_bytes));
    fact("disk for attempts", format_bytes(hello.disk_bytes_free));
    fact("kernel", hello.kernel);
    fact("mock", hello.mock_version);
    fact("rpm", hello.rpm_version);
    fact("registered", format_moment(worker.registered_at));
    fact("seen", format_duration(age_of(worker.seen_at)) + " ago");
    return table;
}

Table leases_of(const WorkerRow& worker) {
    Table table({{"SLOT", Align::right},
                 {"WHAT"},
                 {"PACKAGE"},
                 {"VARIANT"},
                 {"ATTEMPT", Align::right},
                 {"FOR"}});
    for (const LeaseRow& lease : worker.leases) {
        table.add({{std::to_string(lease.slot)},
                   {lease.build ? fmt::format("build {}", *lease.build)
                                : fmt::format("comparison {}", lease.comparison.value_or(0))},
                   {lease.package, Paint::strong},
                   {lease.variant},
                   {std::to_string(lease.attempt)},
                   {format_duration(age_of(lease.granted_at))}});
    }
    return table;
}

Table evidence_of(const WorkerRow& worker) {
    Table table({{"ATTEMPT", Align::right},
                 {"PACKAGE"},
                 {"FAILED WITH"},
                 {"ENDED"},
                 {"BUILT BY"},
                 {"WHAT IT SAID"}});
    for (const HostFailureRow& failure : worker.evidence) {
        table.add({{std::to_string(failure.attempt)},
                   {failure.package, Paint::strong},
                   {failure.outcome},
                   {format_moment(failure.ended_at)},
                   {failure.built_by},
                   {one_line(failure.sentence)}});
    }
    return table;
}

ExitCode show_worker(Session& session, const ShowOptions& options) {
    return session.answer<WorkerRow>(session.farm.get(Target("/v1/workers").segment(options.name)),
                                     [&](const WorkerRow& worker) {
                                         session.output.print(facts_of(worker), "");
                                         session.output.print_line("");
                                         session.output.print(leases_of(worker),
                                                              "It runs nothing now.");
                                         if (worker.evidence.empty()) return;
                                         session.output.print_line("");
                                         session.output.print_line("Failures in a row:");
                                         session.output.print(evidence_of(worker), "");
                                     });
}

/// `done`: the sentence's end, "is disabled".
ExitCode order(Session& session,
               const OrderOptions& options,
               const char* verb,
               const std::string& done) {
    const wire::AdmissionRequest body{options.reason, options.now};
    const auto answer = session.farm.post(Target("/v1/workers").segment(options.name).segment(verb),
                                          wire::to_text(body));
    if (!answer) return session.fail(answer.error());
    if (!session.json) session.output.print_line(fmt::format("Worker {} {}.", options.name, done));
    return ExitCode::ok;
}

std::string no_lease(const OrderOptions& options, const char* state) {
    return fmt::format("{} and gets no new lease; what it runs {}", state,
                       options.now ? "is handed back" : "goes on to its end");
}

ExitCode enable_worker(Session& session, const OrderOptions& options) {
    return order(session, options, "enable", "is enabled; its failures are forgotten");
}

ExitCode drain_worker(Session& session, const OrderOptions& options) {
    return order(session, options, "drain", no_lease(options, "is draining"));
}

ExitCode disable_worker(Session& session, const OrderOptions& options) {
    return order(session, options, "disable", no_lease(options, "is disabled"));
}

ExitCode quarantine_worker(Session& session, const OrderOptions& options) {
    return order(session, options, "quarantine", no_lease(options, "is quarantined"));
}

struct OrderCommand {
    const char* name;
    const char* description;
    ExitCode (*run)(Session&, const OrderOptions&);
    bool reason_required = false;
    bool has_now = true;
};

void add_order(CLI::App& noun, Action& action, const OrderCommand& order) {
    Command<OrderOptions> command(noun, order.name, order.description);
    command.app->add_option("name", command.options->name, "Name of the worker")->required();
    command.app->add_option("--reason", command.options->reason, "Why: a sentence for others")
        ->required(order.reason_required);
    if (order.has_now) {
        command.app->add_flag("--now", command.options->now,
                              "Hand back what it runs, to be tried elsewhere");
    }
    command.does(action, order.run);
}

}  // namespace

void add_worker_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "worker", "Workers: the machines that build");

    Command<NoOptions> list(*noun, "list", "All workers");
    list.does(action, list_workers);

    Command<ShowOptions> show(*noun, "show", "One worker: its CPU, and what it runs");
    show.app->add_option("name", show.options->name, "Name of the worker")->required();
    show.does(action, show_worker);

    add_order(
        *noun, action,
        {"enable", "Give it leases again, and forget its failures", enable_worker, false, false});
    add_order(*noun, action, {"drain", "Give it no new lease until it is enabled", drain_worker});
    add_order(*noun, action,
              {"disable", "Give it no new lease until it is enabled, for a reason", disable_worker,
               true});
    add_order(*noun, action,
              {"quarantine", "Give it probing builds only, until it has ended some well",
               quarantine_worker, true});
}

}  // namespace terrace::cli
