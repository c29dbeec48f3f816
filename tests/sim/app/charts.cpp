#include "tests/sim/app/charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "cli/output/gnuplot.hpp"
#include "common/vocab/names.hpp"
#include "tests/sim/app/gantt_boxes.hpp"

namespace terrace::sim {
namespace {

using cli::ChartSize;
using cli::quoted;
using cli::run_gnuplot;

constexpr int kWidth = 1400;
constexpr int kLeft = 125;  ///< margins
constexpr int kRight = 30;
constexpr int kHeadHeight = 70;
constexpr int kFootHeight = 60;
constexpr int kPanelGap = 40;
constexpr int kPartsVisible = 350;  ///< what is shorter than such a part is drawn with others
constexpr std::size_t kNamesMax = 24;
constexpr double kLetterWidth = 5.6;  ///< of a name in a box, in pixels
constexpr double kGroupGap = 0.8;     ///< between the slots of two levels, in slots

double hours(Duration duration) {
    return static_cast<double>(duration.count()) / 3'600'000;
}

/// Panels one below the other under one legend.
class Panels {
public:
    Panels(const Study& study, int panel_height) : study_(study), panel_height_(panel_height) {
        for (const PolicyRun& run : study.runs) span_ = std::max(span_, run.figures.makespan);
    }

    Duration span() const { return span_; }

    ChartSize size() const {
        const int panels = static_cast<int>(study_.runs.size());
        return {kWidth, kHeadHeight + kFootHeight + panels * (panel_height_ + kPanelGap)};
    }

    std::string begin() const {
        return fmt::format(
            "set multiplot\nset border 3 lc rgb '#606060'\nset tics nomirror out\n"
            "set lmargin at screen {}\nset rmargin at screen {}\nset xrange [0:{}]\n"
            "set mxtics 2\nset key off\n",
            static_cast<double>(kLeft) / kWidth, 1 - static_cast<double>(kRight) / kWidth,
            hours(span_) * 1.01);
    }

    /// Sets the place, title and axes of one panel, and the bound's line.
    std::string panel(std::size_t index) const {
        const PolicyRun& run = study_.runs[index];
        const double height = size().height;
        const double top = kHeadHeight + static_cast<double>(index) * (panel_height_ + kPanelGap) +
                           kPanelGap / 2.0;
        const bool is_last = index + 1 == study_.runs.size();
        std::string text = fmt::format(
            "unset label\nunset arrow\nset tmargin at screen {}\nset bmargin at screen {}\n"
            "set label 1 {} at graph 0, graph 1 offset 0,0.8 font 'DejaVu Sans Bold,11'\n",
            1 - top / height, 1 - (top + panel_height_) / height,
            quoted(fmt::format("{}: {:.1f} hours, {:.3f} times the lower bound",
                               name_of(run.policy), hours(run.figures.makespan),
                               study_.over_bound(run))));
        text += fmt::format(
            "set arrow 1 from first {0},graph 0 to first {0},graph 1 nohead dt 2 lw 1.5 lc rgb "
            "'#303030' front\n",
            hours(study_.bound.max()));
        if (index == 0) {
            text += fmt::format(
                "set label 2 'lower bound' at first {},graph 1 right offset -0.5,0.8 tc rgb "
                "'#303030'\n",
                hours(study_.bound.max()));
        }
        return text + (is_last ? "set format x '%g'\n"
                                 "set xlabel 'hours since the first submission'\n"
                               : "set format x ''\nset xlabel ''\n");
    }

private:
    const Study& study_;
    int panel_height_;
    Duration span_{1};
};

/// Where each slot is drawn: levels apart, the lowest at the bottom.
struct SlotRows {
    std::vector<double> row;                          ///< of each slot
    std::map<Level, std::pair<double, double>> span;  ///< of each level
    double top = 0;
};

SlotRows rows_of(const Fleet& fleet) {
    SlotRows rows;
    rows.row.resize(fleet.slots.size());
    for (const Level level :
         {Level::x86_64, Level::x86_64_v2, Level::x86_64_v3, Level::x86_64_v4}) {
        const double from = rows.top;
        for (std::size_t i = 0; i < fleet.slots.size(); ++i) {
            if (fleet.slots[i].level == level) rows.row[i] = rows.top++;
        }
        if (rows.top == from) continue;
        rows.span[level] = {from, rows.top};
        rows.top += kGroupGap;
    }
    return rows;
}

std::string gantt_axis(const SlotRows& rows) {
    std::string tics;
    for (const auto& [level, span] : rows.span) {
        tics += fmt::format("{}{} {}", tics.empty() ? "" : ", ", quoted(name_of(level)),
                            (span.first + span.second) / 2);
    }
    return fmt::format(
        "set yrange [{}:{}]\nset ytics ({}) scale 0\nset ylabel 'slots, by level' offset 0.5\n",
        -0.3, rows.top - kGroupGap + 0.3, tics);
}

/// The boxes of one colour as a data block; false if there is none.
bool add_block(const std::string& name,
               const std::vector<GanttBox>& boxes,
               const SlotRows& rows,
               std::size_t category,
               bool many,
               std::string& script) {
    std::string lines;
    for (const GanttBox& box : boxes) {
        if (box.category != category || box.many != many) continue;
        const double y = rows.row[static_cast<std::size_t>(box.slot)];
        lines += fmt::format("{0:.4f} {2} {0:.4f} {1:.4f} {2:.2f} {3:.2f}\n", hours(box.start),
                             hours(box.end), y + 0.08, y + 0.92);
    }
    if (lines.empty()) return false;
    script += name + " << EOD\n" + lines + "EOD\n";
    return true;
}

/// Names of the longest builds, in their boxes if they are wide enough.
std::string name_labels(const Study& study,
                        std::vector<GanttBox> boxes,
                        const SlotRows& rows,
                        Duration span) {
    const double pixels_per_hour = (kWidth - kLeft - kRight) / hours(span);
    std::erase_if(boxes, [&](const GanttBox& box) {
        if (box.many) return true;
        const auto letters = static_cast<double>(study.campaign.build(box.build).source.size());
        return (letters + 2) * kLetterWidth > hours(box.end - box.start) * pixels_per_hour;
    });
    std::ranges::sort(boxes, {}, [](const GanttBox& box) {
        return std::tuple(box.start - box.end, box.slot, box.start);
    });
    boxes.resize(std::min(boxes.size(), kNamesMax));
    std::string labels;
    int number = 10;
    for (const GanttBox& box : boxes) {
        labels += fmt::format(
            "set label {} {} at first {:.4f},{:.2f} offset 0.4,0 font 'DejaVu Sans,7' tc rgb "
            "'#ffffff' front\n",
            number++, quoted(study.campaign.build(box.build).source), hours(box.start),
            rows.row[static_cast<std::size_t>(box.slot)] + 0.5);
    }
    return labels;
}

std::string gantt_panel(const Study& study, const PolicyRun& run, Duration span) {
    const SlotRows rows = rows_of(study.fleet);
    const std::vector<GanttBox> boxes = gantt_boxes(study, run, span / kPartsVisible);
    const std::vector<GanttCategory> categories = gantt_categories(study.campaign);
    std::string script = gantt_axis(rows);
    std::string plots;
    for (std::size_t i = 0; i < categories.size(); ++i) {
        for (const bool many : {true, false}) {
            const std::string name = fmt::format("$boxes{}{}", i, many ? "many" : "one");
            if (!add_block(name, boxes, rows, i, many, script)) continue;
            plots += fmt::format("{}{} using 1:2:3:4:5:6 with boxxyerror fs solid {} lc rgb '{}'",
                                 plots.empty() ? "plot " : ", ", name,
                                 many ? "noborder" : "border rgb '#ffffff' lw 0.4",
                                 many ? categories[i].pale : categories[i].colour);
        }
    }
    script += name_labels(study, boxes, rows, span);
    return script + (plots.empty() ? "plot NaN" : plots) + "\n";
}

struct LegendEntry {
    std::string title;
    std::string colour;
};

/// A row of coloured squares with their meaning at the top; drawn by hand, since a key belongs to
/// one panel and not every panel has every colour.
std::string legend(const std::string& title,
                   const std::vector<LegendEntry>& entries,
                   const std::string& note,
                   int height) {
    const auto x = [](double pixels) { return pixels / kWidth; };
    const auto y = [&](double pixels) { return 1 - pixels / height; };
    std::string script =
        fmt::format("set label 100 {} at screen {},{} left font 'DejaVu Sans Bold,14'\n",
                    quoted(title), x(kLeft), y(22));
    double at = kLeft;
    int number = 101;
    for (const LegendEntry& entry : entries) {
        script += fmt::format(
            "set object {0} rectangle from screen {1},screen {2} to screen {3},screen {4} fs solid "
            "noborder fc rgb '{5}' front\n"
            "set label {0} {6} at screen {7},screen {8} left\n",
            number++, x(at), y(56), x(at + 14), y(44), entry.colour, quoted(entry.title),
            x(at + 20), y(50));
        at += 48 + 7.4 * static_cast<double>(entry.title.size());
    }
    return script + fmt::format("set label {} {} at screen {},screen {} left tc rgb '#606060'\n",
                                number, quoted(note), x(at), y(50));
}

bool any_failed(const Study& study) {
    return std::ranges::any_of(
        study.runs, [](const PolicyRun& run) { return run.figures.failed_attempts > 0; });
}

std::vector<LegendEntry> gantt_legend(const Study& study) {
    std::vector<LegendEntry> entries;
    std::vector<GanttCategory> categories = gantt_categories(study.campaign);
    if (!any_failed(study)) categories.pop_back();
    for (const GanttCategory& category : categories)
        entries.push_back({category.title, category.colour});
    return entries;
}

constexpr std::array<const char*, 5> kLevelColours = {"#000000", "#7a7a7a", "#009e73", "#0072b2",
                                                      "#d9822b"};

/// A band for each level, as high as it has slots, filled as far as they are busy.
std::string utilisation_panel(const Fleet& fleet, const PolicyRun& run) {
    const Utilisation& use = run.figures.utilisation;
    const SlotRows rows = rows_of(fleet);
    std::string script = gantt_axis(rows);
    std::string plots;
    for (const auto& [level, series] : use.by_level) {
        const auto& [bottom, top] = rows.span.at(level);
        const std::string name = "$level" + std::to_string(static_cast<int>(level));
        script += name + " << EOD\n";
        for (std::size_t i = 0; i < series.size(); ++i) {
            const Duration from = use.bucket * static_cast<std::int64_t>(i);
            script +=
                fmt::format("{0:.4f} {2} {0:.4f} {1:.4f} {2:.3f} {3:.3f}\n", hours(from),
                            hours(from + use.bucket), bottom, bottom + (top - bottom) * series[i]);
        }
        script += "EOD\n";
        plots += fmt::format(
            "{0}{1} using 1:2:3:4:5:6 with boxxyerror fs solid border rgb '{2}' lw 0.5 "
            "lc rgb '{2}'",
            plots.empty() ? "plot " : ", ", name,
            kLevelColours.at(static_cast<std::size_t>(level)));
    }
    return script + plots + "\n";
}

std::vector<LegendEntry> utilisation_legend(const Study& study) {
    std::vector<LegendEntry> entries;
    for (const auto& [level, rows] : rows_of(study.fleet).span) {
        entries.push_back(
            {"busy slots of " + name_of(level), kLevelColours.at(static_cast<std::size_t>(level))});
    }
    return entries;
}

}  // namespace

bool is_chart_name(const std::string& name) {
    const auto extension = std::filesystem::path(name).extension();
    return extension == ".svg" || extension == ".png";
}

void draw_gantt(const Study& study, const std::filesystem::path& file) {
    const double rows = rows_of(study.fleet).top;
    const Panels panels(study, std::clamp(static_cast<int>(rows * 11), 160, 640));
    std::string script = panels.begin();
    for (std::size_t i = 0; i < study.runs.size(); ++i) {
        script += panels.panel(i);
        if (i == 0)
            script += legend("What each slot builds", gantt_legend(study),
                             "lighter: many short builds", panels.size().height);
        script += gantt_panel(study, study.runs[i], panels.span()) + "unset object\n";
    }
    run_gnuplot(script + "unset multiplot\n", file, panels.size());
}

void draw_utilisation(const Study& study, const std::filesystem::path& file) {
    const Panels panels(study, 170);
    std::string script = panels.begin();
    for (std::size_t i = 0; i < study.runs.size(); ++i) {
        script += panels.panel(i);
        if (i == 0)
            script += legend("How busy the slots of each level are", utilisation_legend(study),
                             "full height: all of them", panels.size().height);
        script += utilisation_panel(study.fleet, study.runs[i]) + "unset object\n";
    }
    run_gnuplot(script + "unset multiplot\n", file, panels.size());
}

}  // namespace terrace::sim
