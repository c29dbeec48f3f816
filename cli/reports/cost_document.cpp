#include "cli/reports/cost_document.hpp"

#include <fmt/format.h>

#include <utility>

#include "cli/output/text.hpp"
#include "cli/reports/truth_report.hpp"
#include "common/vocab/names.hpp"

namespace terrace::cli {
namespace {

/// The farm cuts ratios off at a thousand: beyond it nothing is claimed.
constexpr double kBoundless = 999;

std::string cpu_text(const std::optional<std::int64_t>& ms) {
    return ms ? fmt::format("{:.1f} s", static_cast<double>(*ms) / 1000) : "-";
}

std::string hours_text(std::int64_t ms) {
    return fmt::format("{:.2f} h", static_cast<double>(ms) / 3'600'000);
}

Paint paint_of_verdict(const CostRow& row) {
    if (!row.verdict) return Paint::faint;
    switch (*row.verdict) {
        case Verdict::promote: return Paint::good;
        case Verdict::regress:
        case Verdict::unstable: return Paint::bad;
        case Verdict::hold:
        case Verdict::no_benchmark: return Paint::notice;
        case Verdict::equivalent:
        case Verdict::identical: return Paint::plain;
    }
    return Paint::plain;
}

DocumentTable gains_table(const CostReport& report) {
    DocumentTable table;
    table.caption = "What each package gains";
    table.columns = {{"Package"},
                     {"Variant"},
                     {"Verdict"},
                     {"Gain", Align::right},
                     {"95 % interval", Align::right},
                     {"Ships"},
                     {"Why"}};
    for (const CostRow& row : report.rows) {
        const BenchmarkResult* deciding = row.results.empty() ? nullptr : &row.results.front();
        const bool said = row.why_held.empty() || row.why_held.ends_with(row.reason);
        table.rows.push_back(
            {{row.package, Paint::strong},
             {row.variant},
             {row.verdict ? name_of(*row.verdict) : "none", paint_of_verdict(row)},
             {deciding ? format_gain(deciding->ratio) : "-"},
             {deciding ? format_gain_interval(deciding->ci_low, deciding->ci_high) : "-"},
             {name_of(row.ships), row.ships == Ships::variant ? Paint::good : Paint::plain},
             {said ? row.reason : row.why_held + " " + row.reason}});
    }
    return table;
}

DocumentTable costs_table(const CostReport& report) {
    DocumentTable table;
    table.caption = "What each package takes";
    table.columns = {{"Package"},
                     {"Variant"},
                     {"RPMs, baseline", Align::right},
                     {"RPMs, variant", Align::right},
                     {"Ratio of sizes", Align::right},
                     {"CPU, building the baseline", Align::right},
                     {"CPU, building the variant", Align::right},
                     {"CPU, measuring", Align::right},
                     {"Host held", Align::right}};
    const auto bytes = [](const SideCost& side) {
        return side.built ? format_bytes(side.bytes) : std::string("-");
    };
    const auto cpu = [](const SideCost& side) {
        return cpu_text(side.cpu_ms) + (side.reused ? " (earlier)" : "");
    };
    for (const CostRow& row : report.rows) {
        const bool measured = row.measuring.attempts > 0;
        table.rows.push_back({{row.package, Paint::strong},
                              {row.variant},
                              {bytes(row.of_baseline)},
                              {bytes(row.of_variant)},
                              {row.size_ratio ? fmt::format("{:.3f}", *row.size_ratio) : "-"},
                              {cpu(row.of_baseline)},
                              {cpu(row.of_variant)},
                              {measured ? cpu_text(row.measuring.cpu_ms) : "-"},
                              {measured ? cpu_text(row.measuring.held_ms) : "-"}});
    }
    return table;
}

DocumentTable bill_table(const VariantCost& cost) {
    DocumentTable table;
    table.caption = cost.variant + ": shipped whole, against shipped by the gate";
    table.columns = {{"What it takes"},
                     {"Whole", Align::right},
                     {"By the gate", Align::right},
                     {"Afterwards: only what ships", Align::right}};
    const auto add = [&](const char* what, auto text_of) {
        table.rows.push_back({{what, Paint::strong},
                              {text_of(cost.whole)},
                              {text_of(cost.gated)},
                              {text_of(cost.kept_up)}});
    };
    add("Source packages that ship", [](const Bill& b) { return std::to_string(b.packages); });
    add("RPMs beside the baseline's", [](const Bill& b) { return format_bytes(b.bytes); });
    add("Debug RPMs beside the baseline's",
        [](const Bill& b) { return format_bytes(b.debug_bytes); });
    add("CPU, building", [](const Bill& b) { return hours_text(b.build_cpu_ms); });
    add("CPU, measuring", [](const Bill& b) { return hours_text(b.measuring_cpu_ms); });
    add("Hosts held to measure", [](const Bill& b) { return hours_text(b.held_ms); });
    return table;
}

DocumentTable verdicts_table(const VariantCost& cost) {
    DocumentTable table;
    table.caption = cost.variant + ": verdicts";
    table.columns = {{"Verdict"}, {"Packages", Align::right}};
    for (const auto& [verdict, count] : cost.verdicts)
        table.rows.push_back({{verdict}, {std::to_string(count)}});
    return table;
}

std::string summary_of(const VariantCost& cost) {
    const auto shipped = cost.ships.find(name_of(Ships::variant));
    const auto open = cost.ships.find(name_of(Ships::undecided));
    std::string text =
        fmt::format("{} of {} ship for {}", shipped == cost.ships.end() ? 0 : shipped->second,
                    counted(cost.packages, "source package"), cost.variant);
    if (open != cost.ships.end()) text += fmt::format("; {} not decided yet", open->second);
    if (cost.reused_cpu_ms > 0) {
        text += fmt::format(". Of the builds' CPU time {} was spent in earlier rebuilds",
                            hours_text(cost.reused_cpu_ms));
    }
    return text + ".";
}

std::string origin_of(const CostReport& report) {
    std::string text =
        fmt::format("Rebuild {} of release {}, of {}; its state is {}.", report.rebuild.value,
                    report.release, format_moment(report.created_at), report.state);
    if (report.compose)
        text += fmt::format(" It was published as compose {}.", report.compose->value);
    return text;
}

}  // namespace

std::string format_gain(double ratio) {
    return fmt::format("{:+.1f} %", (ratio - 1) * 100);
}

std::string format_gain_interval(double low, double high) {
    const auto end = [](double ratio) {
        if (ratio >= kBoundless) return std::string("+");
        if (ratio <= 1 / kBoundless) return std::string("-");
        return fmt::format("{:+.1f}", (ratio - 1) * 100);
    };
    return fmt::format("[{}, {}]", end(low), end(high));
}

Document cost_document(const CostReport& report, const std::optional<Figure>& forest) {
    Document document;
    document.title = fmt::format("What the variants of {} gain, and what they cost: rebuild {}",
                                 report.release, report.rebuild.value);
    const auto add = [&](Block block) { document.blocks.push_back(std::move(block)); };
    add(Paragraph{origin_of(report)});
    if (report.rows.empty())
        add(Paragraph{"It built for the baseline only: there is nothing to compare."});
    for (const VariantCost& cost : report.variants) {
        add(Heading{"Variant " + cost.variant});
        add(Paragraph{summary_of(cost)});
        add(bill_table(cost));
        add(verdicts_table(cost));
        add(Paragraph{"What these figures do not say:"});
        add(Points{cost.unknowns});
    }
    if (report.rows.empty()) return document;
    add(Heading{"Every package"});
    if (forest) add(*forest);
    add(Paragraph{
        "Gain: time of the baseline / time of the variant, less one, of the benchmark that decided "
        "(CPU time). The interval holds whenever the measurement stopped."});
    add(gains_table(report));
    add(Paragraph{"Sizes: RPM files without debug, noarch and source packages."});
    add(costs_table(report));
    add(Heading{"How often the gate is wrong"});
    for (Block& block : truth_blocks(report.truth)) add(std::move(block));
    return document;
}

}  // namespace terrace::cli
