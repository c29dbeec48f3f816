#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rows.hpp"
#include "common/vocab/cpu_level.hpp"

namespace terrace::cli {
namespace {

struct NoOptions {};

struct ShowOptions {
    std::string name;
};

Duration age_of(TimePoint time) {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now()) - time;
}

ExitCode list_workers(Session& session, const NoOptions&) {
    return session.answer<std::vector<WorkerRow>>(
        session.farm.list(Target("/v1/workers")), [&](const std::vector<WorkerRow>& workers) {
            Table table({{"WORKER"},
                         {"LEVEL"},
                         {"RUNNING", Align::right},
                         {"SLOTS", Align::right},
                         {"CORES", Align::right},
                         {"MEMORY", Align::right},
                         {"SEEN", Align::right},
                         {"CPU"}});
            for (const WorkerRow& worker : workers) {
                table.add({{worker.name, Paint::strong},
                           {worker.level},
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
    fact("features", fmt::format("{}", fmt::join(hello.features, " ")));
    fact("missing for the next level", fmt::format("{}", fmt::join(hello.features_missing, " ")));
    fact("faulting", text_of(hello.features_faulting));
    fact("cpu", hello.vendor + " " + hello.model + ", microcode " + hello.microcode);
    fact("virtual machine", hello.hypervisor ? "yes" : "no");
    fact("cores, slots", fmt::format("{}, {}", hello.cores, hello.slots));
    fact("memory", format_bytes(hello.memory_bytes));
    fact("disk free", format_bytes(hello.disk_bytes_free));
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

ExitCode show_worker(Session& session, const ShowOptions& options) {
    return session.answer<WorkerRow>(session.farm.get(Target("/v1/workers").segment(options.name)),
                                     [&](const WorkerRow& worker) {
                                         session.output.print(facts_of(worker), "");
                                         session.output.print_line("");
                                         session.output.print(leases_of(worker),
                                                              "It runs nothing now.");
                                     });
}

}  // namespace

void add_worker_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "worker", "Workers: the machines that build");

    Command<NoOptions> list(*noun, "list", "All workers");
    list.does(action, list_workers);

    Command<ShowOptions> show(*noun, "show", "One worker: its CPU, and what it runs");
    show.app->add_option("name", show.options->name, "Name of the worker")->required();
    show.does(action, show_worker);
}

}  // namespace terrace::cli
