#include <fmt/format.h>

#include "cli/commands/gate_commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rebuild_rows.hpp"
#include "common/vocab/gate.hpp"
#include "common/vocab/names.hpp"

namespace terrace::cli {
namespace {

struct ShowOptions {
    std::int64_t rebuild = 0;
    std::string package;
};

std::string variant_of(const ComparisonRow& row) {
    return row.vendor.empty() ? row.variant : row.variant + " on " + row.vendor;
}

std::vector<Cell> cells_of(const ComparisonRow& row) {
    const ResultRow* deciding = row.results.empty() ? nullptr : &row.results.front();
    return {{row.package, Paint::strong},
            {variant_of(row)},
            word_cell(row.verdict.value_or(row.state)),
            {deciding ? format_ratio(deciding->ratio) : "-"},
            {deciding ? format_interval(deciding->ci_low, deciding->ci_high) : "-"},
            word_cell(row.promoted  ? "yes"
                      : row.verdict ? "no"
                                    : "-"),
            {row.reason}};
}

/// Every benchmark behind the verdicts, not only the deciding ones.
Table benchmarks_of(const std::vector<ComparisonRow>& rows) {
    Table table({{"VARIANT"},
                 {"BENCHMARK"},
                 {"ROLE"},
                 {"PAIRS", Align::right},
                 {"RATIO", Align::right},
                 {"95 % INTERVAL"}});
    for (const ComparisonRow& row : rows) {
        for (const ResultRow& result : row.results) {
            table.add({{variant_of(row)},
                       {result.name},
                       {result.role},
                       {std::to_string(result.pairs)},
                       {format_ratio(result.ratio)},
                       {format_interval(result.ci_low, result.ci_high)}});
        }
    }
    return table;
}

/// With --package the farm's document is cut down to that package's rows, each as the farm wrote
/// it.
Result<std::string> only_package(const Result<std::string>& text, const std::string& package) {
    if (!text || package.empty()) return text;
    const auto rows = Session::read<std::vector<boost::json::value>>(text);
    if (!rows) return rows.error();
    const auto typed = Session::read<std::vector<ComparisonRow>>(text);
    if (!typed) return typed.error();
    boost::json::array kept;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        if ((*typed)[i].package == package) kept.push_back((*rows)[i]);
    }
    if (kept.empty())
        return Error{Errc::not_found, "The rebuild has no comparison of '" + package + "'."};
    return boost::json::serialize(kept);
}

ExitCode show_gate(Session& session, const ShowOptions& options) {
    const auto all = session.farm.list(Target("/v1/comparisons").with("rebuild", options.rebuild));
    const auto answer = only_package(all, options.package);
    return session.answer<std::vector<ComparisonRow>>(
        answer, [&](const std::vector<ComparisonRow>& rows) {
            Table table({{"PACKAGE"},
                         {"VARIANT"},
                         {"VERDICT"},
                         {"RATIO", Align::right},
                         {"95 % INTERVAL"},
                         {"PROMOTED"},
                         {"REASON"}});
            for (const ComparisonRow& row : rows) table.add(cells_of(row));
            session.output.print(table, "The rebuild has no comparisons.");
            if (options.package.empty()) return;
            session.output.print_line("");
            session.output.print(benchmarks_of(rows), "No benchmark was measured.");
        });
}

struct ListOptions {
    std::int64_t rebuild = 0;
    std::string package;
};

Paint paint_of(StageState state) {
    switch (state) {
        case StageState::passed: return Paint::good;
        case StageState::failed: return Paint::bad;
        case StageState::missing:
        case StageState::waived: return Paint::notice;
        case StageState::queued:
        case StageState::running: return Paint::plain;
    }
    return Paint::plain;
}

/// The first stage that is neither passed nor waived.
const StageResult* held_by(const GateRow& row) {
    for (const StageResult& stage : row.stages) {
        if (stage.state != StageState::passed && stage.state != StageState::waived) return &stage;
    }
    return nullptr;
}

ExitCode list_gate(Session& session, const ListOptions& options) {
    const auto answer = session.farm.get(Target("/v1/gate").with("rebuild", options.rebuild));
    return session.answer<std::vector<GateRow>>(answer, [&](const std::vector<GateRow>& rows) {
        Table table({{"PACKAGE"}, {"VARIANT"}, {"GATE"}, {"STAGE"}, {"STATE"}, {"REASON"}});
        for (const GateRow& row : rows) {
            const StageResult* by = held_by(row);
            table.add({{row.package, Paint::strong},
                       {row.variant},
                       {name_of(row.answer)},
                       {by ? name_of(by->stage) : "-"},
                       by ? Cell{name_of(by->state), paint_of(by->state)} : Cell{"-"},
                       {one_line(by ? by->reason : row.stages.back().reason)}});
        }
        session.output.print(table, "The rebuild has no variant to gate.");
    });
}

ExitCode explain_gate(Session& session, const ListOptions& options) {
    const auto answer = session.farm.get(
        Target("/v1/gate").with("rebuild", options.rebuild).with("package", options.package));
    return session.answer<std::vector<GateRow>>(answer, [&](const std::vector<GateRow>& rows) {
        for (const GateRow& row : rows) {
            session.output.print_line(
                fmt::format("{} for {}: {}", row.package, row.variant, name_of(row.answer)));
            Table table({{"STAGE"}, {"STATE"}, {"WAIVER", Align::right}, {"REASON"}});
            for (const StageResult& stage : row.stages) {
                table.add({{name_of(stage.stage)},
                           {name_of(stage.state), paint_of(stage.state)},
                           {stage.waiver ? std::to_string(stage.waiver->value) : "-"},
                           {one_line(stage.reason)}});
            }
            session.output.print(table, "");
        }
    });
}

}  // namespace

void add_gate_commands(CLI::App& app, Action& action) {
    CLI::App* noun =
        add_noun(app, "gate", "The gate: what each variant gains, and what is shipped");

    Command<ShowOptions> show(*noun, "show",
                              "Verdicts of a rebuild; ratio = baseline time / variant time");
    show.app->add_option("rebuild", show.options->rebuild, "Id of the rebuild")->required();
    show.app->add_option("--package", show.options->package,
                         "Only this source package, with every benchmark");
    show.does(action, show_gate);

    Command<ListOptions> list(*noun, "list", "What ships, and the stage that holds back the rest");
    list.app->add_option("rebuild", list.options->rebuild, "Id of the rebuild")->required();
    list.does(action, list_gate);

    Command<ListOptions> explain(*noun, "explain", "Every stage of one package, with its reason");
    explain.app->add_option("rebuild", explain.options->rebuild, "Id of the rebuild")->required();
    explain.app->add_option("package", explain.options->package, "Name of the source package")
        ->required();
    explain.does(action, explain_gate);

    add_gate_report_command(*noun, action);
    add_gate_truth_command(*noun, action);
    add_gate_policy_commands(*noun, action);
    add_gate_waiver_commands(*noun, action);
}

}  // namespace terrace::cli
