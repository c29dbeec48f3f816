// gate report: the cost table, for people who decide and for those who were not there.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/gate_commands.hpp"
#include "cli/reports/cost_document.hpp"
#include "cli/reports/forest_plot.hpp"
#include "common/os/files.hpp"
#include "common/vocab/cost_report.hpp"

namespace terrace::cli {
namespace {

struct ReportOptions {
    std::int64_t rebuild = 0;
    bool html = false;
    bool markdown = false;
    bool no_chart = false;
    std::string output;
};

Figure forest_figure(const CostReport& report, const std::vector<ForestRow>& rows) {
    Figure figure;
    figure.caption = "Gain of each measured package";
    std::size_t measured = 0;
    for (const CostRow& row : report.rows) measured += !row.results.empty() && row.verdict;
    if (rows.size() < measured) {
        figure.caption +=
            fmt::format(": the {} of {} that differ most from no change", rows.size(), measured);
    }
    figure.description = fmt::format(
        "Forest plot: gain in speed of {} packages with 95 % intervals, the same figures as in the "
        "table below.",
        rows.size());
    return figure;
}

/// The picture that Markdown shows lies beside it, since Markdown holds none.
std::optional<Figure> draw(const ReportOptions& options, const CostReport& report) {
    const std::vector<ForestRow> rows = forest_rows(report);
    if (options.no_chart || rows.empty()) return std::nullopt;
    Figure figure = forest_figure(report, rows);
    if (options.html) {
        figure.svg = draw_forest(rows, true);
    } else if (!options.output.empty()) {
        const auto file = std::filesystem::path(options.output).replace_extension(".svg");
        os::write_file_atomically(file, draw_forest(rows, false));
        figure.link = file.filename().string();
    }
    return figure;
}

ExitCode put(Session& session, const std::string& output, const std::string& text) {
    if (output.empty()) {
        session.output.out << text;
    } else {
        os::write_file_atomically(output, text);
    }
    return ExitCode::ok;
}

ExitCode report_gate(Session& session, const ReportOptions& options) {
    if (session.json && (options.html || options.markdown)) {
        session.output.complain("--json, --html and --md are three forms: say one of them.");
        return ExitCode::usage;
    }
    const auto answer = session.farm.get(
        Target("/v1/rebuilds").segment(options.rebuild).segment("gate").segment("report"));
    if (!answer) return session.fail(answer.error());
    if (session.json) return put(session, options.output, *answer + "\n");
    const Result<CostReport> report = Session::read<CostReport>(answer);
    if (!report) return session.fail(report.error());
    std::optional<Figure> forest;
    try {
        forest = draw(options, *report);
    } catch (const std::runtime_error& e) {
        session.output.complain(std::string(e.what()) +
                                " Or say --no-chart: the table has the same figures.");
        return ExitCode::failed;
    }
    const Document document = cost_document(*report, forest);
    return put(session, options.output, options.html ? to_html(document) : to_markdown(document));
}

}  // namespace

void add_gate_report_command(CLI::App& noun, Action& action) {
    Command<ReportOptions> report(
        noun, "report", "The cost table: what each variant gains, what it takes, what is unknown");
    ReportOptions& options = *report.options;
    report.app->add_option("rebuild", options.rebuild, "Id of the rebuild")->required();
    CLI::Option* html =
        report.app->add_flag("--html", options.html, "A page, in one file, with a forest plot");
    report.app
        ->add_flag("--md", options.markdown,
                   "Markdown (the default); with --output the forest plot lies beside it")
        ->excludes(html);
    report.app->add_flag("--no-chart", options.no_chart, "Without the plot, which gnuplot draws");
    report.app->add_option("--output", options.output, "File to write, instead of standard output");
    report.does(action, report_gate);
}

}  // namespace terrace::cli
