#include "tests/sim/app/gantt_boxes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "common/vocab/names.hpp"

namespace terrace::sim {
namespace {

constexpr std::size_t kRebuildsTold = 5;

struct Colours {
    const char* full;
    const char* pale;
};
// Okabe and Ito's, which those who do not see all colours can tell apart.
constexpr std::array<Colours, kRebuildsTold> kColours = {{{"#0072b2", "#9fcbe6"},
                                                          {"#d9822b", "#f4d3a8"},
                                                          {"#009e73", "#a3dbc9"},
                                                          {"#a05195", "#dcbcd7"},
                                                          {"#7a7a7a", "#d2d2d2"}}};
constexpr Colours kFailed = {"#c0182b", "#c0182b"};

enum class ColourBy { level, rebuild, priority_class };

ColourBy colour_by(const Campaign& campaign) {
    if (campaign.rebuilds.size() == 1) return ColourBy::level;
    return campaign.rebuilds.size() <= kRebuildsTold ? ColourBy::rebuild : ColourBy::priority_class;
}

std::vector<Level> run_levels(const Campaign& campaign) {
    std::set<Level> levels;
    for (const SimBuild& build : campaign.builds) levels.insert(build.run_level);
    return {levels.begin(), levels.end()};
}

std::size_t category_of(const Campaign& campaign,
                        const std::vector<Level>& levels,
                        const PlayedAttempt& attempt,
                        std::size_t failed) {
    if (!attempt.ok) return failed;
    switch (colour_by(campaign)) {
        case ColourBy::level: {
            const Level level = campaign.build(attempt.build).run_level;
            return static_cast<std::size_t>(std::ranges::find(levels, level) - levels.begin());
        }
        case ColourBy::rebuild:
            return static_cast<std::size_t>(campaign.build(attempt.build).rebuild);
        case ColourBy::priority_class:
            return static_cast<std::size_t>(campaign.rebuild_of(attempt.build).priority_class);
    }
    return failed;
}

/// What short attempts made of one column of one slot.
struct Column {
    Duration start{};
    Duration end{};
    std::map<std::size_t, Duration> time;  ///< by category
};

void add_columns(int slot,
                 const std::map<std::int64_t, Column>& columns,
                 std::vector<GanttBox>& boxes) {
    const std::size_t first = boxes.size();
    std::int64_t last_index = 0;
    for (const auto& [index, column] : columns) {
        const auto most = std::ranges::max_element(column.time, {},
                                                   [](const auto& entry) { return entry.second; });
        const bool joins =
            boxes.size() > first && last_index + 1 == index && boxes.back().category == most->first;
        if (joins) {
            boxes.back().end = std::max(boxes.back().end, column.end);
        } else {
            boxes.push_back({slot, column.start, column.end, most->first, true, 0});
        }
        last_index = index;
    }
}

}  // namespace

std::vector<GanttCategory> gantt_categories(const Campaign& campaign) {
    std::vector<std::string> titles;
    switch (colour_by(campaign)) {
        case ColourBy::level:
            for (const Level level : run_levels(campaign))
                titles.push_back("builds for " + name_of(level));
            break;
        case ColourBy::rebuild:
            for (std::size_t i = 0; i < campaign.rebuilds.size(); ++i)
                titles.push_back("rebuild " + std::to_string(i + 1) + " (" +
                                 name_of(campaign.rebuilds[i].priority_class) + ")");
            break;
        case ColourBy::priority_class: titles = {"background", "normal", "urgent"}; break;
    }
    std::vector<GanttCategory> categories;
    for (const std::string& title : titles) {
        const Colours& colours = kColours.at(categories.size());
        categories.push_back({title, colours.full, colours.pale});
    }
    categories.push_back({"failed attempts", kFailed.full, kFailed.pale});
    return categories;
}

std::vector<GanttBox> gantt_boxes(const Study& study, const PolicyRun& run, Duration visible) {
    const std::vector<Level> levels = run_levels(study.campaign);
    const std::size_t failed = gantt_categories(study.campaign).size() - 1;
    std::vector<GanttBox> boxes;
    std::map<int, std::map<std::int64_t, Column>> columns;  // by slot, then by time
    for (const PlayedAttempt& attempt : run.history) {
        const std::size_t category = category_of(study.campaign, levels, attempt, failed);
        if (attempt.end - attempt.start >= visible) {
            boxes.push_back(
                {attempt.slot, attempt.start, attempt.end, category, false, attempt.build});
            continue;
        }
        auto [place, is_new] = columns[attempt.slot].try_emplace(attempt.start / visible, Column{});
        Column& column = place->second;
        if (is_new) column.start = attempt.start;
        column.end = attempt.end;
        column.time[category] += attempt.end - attempt.start;
    }
    for (const auto& [slot, of_slot] : columns) add_columns(slot, of_slot, boxes);
    std::ranges::sort(boxes, {}, [](const GanttBox& box) {
        return std::tuple(box.slot, box.start, !box.many, box.end);
    });
    return boxes;
}

}  // namespace terrace::sim
