#include "cli/reports/forest_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "cli/output/text.hpp"
#include "common/os/files.hpp"
#include "common/vocab/names.hpp"

namespace terrace::cli {
namespace {

constexpr int kWidth = 900;
constexpr int kRowHeight = 22;
constexpr int kFrameHeight = 110;  ///< key, axis and its title
constexpr std::size_t kLabelMax = 40;

/// What an axis may reach: a bound beyond runs out of the picture.
constexpr double kAxisLow = 1.0 / 64;
constexpr double kAxisHigh = 64;
constexpr double kMargin = 1.02;
constexpr double kTicsMax = 12;
constexpr std::array kLosses = {0.99, 0.98, 0.95, 0.9, 0.8, 0.7,  0.6,
                                0.5,  0.4,  0.3,  0.2, 0.1, 0.05, 0.02};
constexpr std::array kGains = {1.01, 1.02, 1.05, 1.1, 1.2, 1.3,  1.5,
                               2.0,  2.5,  3.0,  4.0, 6.0, 11.0, 21.0};

/// Each verdict by colour and by shape: colour alone does not tell it to everybody.
struct Look {
    Verdict verdict;
    const char* colour;
    int point;
};
constexpr std::array kLooks = {
    Look{Verdict::promote, "#1a9850", 7},    Look{Verdict::regress, "#d6604d", 5},
    Look{Verdict::equivalent, "#4a90d9", 9}, Look{Verdict::hold, "#8c8c8c", 13},
    Look{Verdict::unstable, "#b57edc", 11},
};

struct Axis {
    double low = 1 / kMargin;
    double high = kMargin;
};

Axis axis_of(const std::vector<ForestRow>& rows) {
    Axis axis;
    for (const ForestRow& row : rows) {
        axis.low = std::min(axis.low, std::min(row.low, row.ratio) / kMargin);
        axis.high = std::max(axis.high, std::max(row.high, row.ratio) * kMargin);
    }
    return {std::max(axis.low, kAxisLow), std::min(axis.high, kAxisHigh)};
}

/// gnuplot takes a tic's text for a format.
std::string tic(const std::string& text, double at) {
    std::string format;
    for (const char c : text) format += c == '%' ? std::string("%%") : std::string(1, c);
    return fmt::format("{} {:.4f}", cli::quoted(format), at);  // there is a std::quoted
}

std::string percent_tic(double ratio) {
    return tic(fmt::format("{:+.0f} %", (ratio - 1) * 100), ratio);
}

/// Tics at round percents, as far apart as their texts need. The axis is logarithmic: twice as fast
/// and half as fast are equally far from no change, and a factor of five leaves room for percents.
std::string tics_of(const Axis& axis) {
    const double apart = std::log(axis.high / axis.low) / kTicsMax;
    std::string tics = tic("0 %", 1);
    for (const auto& side : {kLosses, kGains}) {
        double last = 1;
        for (const double ratio : side) {
            const bool is_inside = ratio > axis.low && ratio < axis.high;
            if (!is_inside || std::abs(std::log(ratio / last)) < apart) continue;
            tics += ", " + percent_tic(ratio);
            last = ratio;
        }
    }
    return tics;
}

}  // namespace

std::vector<ForestRow> forest_rows(const CostReport& report) {
    std::vector<ForestRow> rows;
    for (const CostRow& row : report.rows) {
        if (row.results.empty() || !row.verdict) continue;
        const BenchmarkResult& first = row.results.front();
        std::string label = row.package;
        if (report.variants.size() > 1) label += " (" + row.variant + ")";
        rows.push_back({shortened(one_line(label), kLabelMax), *row.verdict, first.ratio,
                        first.ci_low, first.ci_high});
    }
    if (rows.size() > kForestRowsMax) {
        std::ranges::sort(rows, {}, [](const ForestRow& row) {
            return std::tuple(-std::abs(std::log(row.ratio)), row.label);
        });
        rows.resize(kForestRowsMax);
    }
    std::ranges::sort(rows, {},
                      [](const ForestRow& row) { return std::tuple(-row.ratio, row.label); });
    return rows;
}

ChartSize forest_size(const std::vector<ForestRow>& rows) {
    return {kWidth, kFrameHeight + kRowHeight * static_cast<int>(rows.size())};
}

std::string forest_script(const std::vector<ForestRow>& rows) {
    const Axis axis = axis_of(rows);
    std::string script = fmt::format(
        "set logscale x\nset xrange [{:.4f}:{:.4f}]\nset yrange [{}:-0.6]\nset xtics ({}) "
        "nomirror\n"
        "set xlabel 'gain in speed: time of the baseline / time of the variant, and 95 % "
        "interval'\n"
        "set border 1\nset key above left horizontal\n"
        "set arrow from 1,graph 0 to 1,graph 1 nohead lw 1.5 dt 2\n",
        axis.low, axis.high, static_cast<double>(rows.size()) - 0.4, tics_of(axis));
    std::string labels;
    for (std::size_t i = 0; i < rows.size(); ++i)
        labels += (i == 0 ? "" : ", ") + tic(rows[i].label, static_cast<double>(i));
    script += "set ytics (" + labels + ") scale 0\n";
    std::string plots;
    for (const Look& look : kLooks) {
        std::string data;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const ForestRow& row = rows[i];
            if (row.verdict != look.verdict) continue;
            data += fmt::format("{} {:.6f} {:.6f} {:.6f}\n", i,
                                std::clamp(row.ratio, kAxisLow, kAxisHigh), row.low, row.high);
        }
        if (data.empty()) continue;
        const std::string name = name_of(look.verdict);
        script += fmt::format("${} << EOD\n{}EOD\n", name, data);
        plots += fmt::format(
            "{}${} using 2:1:3:4 with xerrorbars pt {} ps 1.1 lw 1.8 lc rgb '{}' title '{}'",
            plots.empty() ? "plot " : ", ", name, look.point, look.colour, name);
    }
    return script + (plots.empty() ? "plot NaN notitle" : plots) + "\n";
}

std::string draw_forest(const std::vector<ForestRow>& rows, bool transparent) {
    const os::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "forest.svg";
    ChartSize size = forest_size(rows);
    size.transparent = transparent;
    run_gnuplot(forest_script(rows), file, size);
    return os::read_file(file);
}

}  // namespace terrace::cli
