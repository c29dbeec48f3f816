#pragma once

#include <string>
#include <vector>

#include "common/vocab/time.hpp"
#include "tests/sim/app/study.hpp"

namespace terrace::sim {

/// What a colour stands for.
struct GanttCategory {
    std::string title;
    std::string colour;
    std::string pale;  ///< for many short builds
};

/// One rectangle of a Gantt chart.
struct GanttBox {
    int slot = 0;
    Duration start{};
    Duration end{};
    std::size_t category = 0;
    bool many = false;  ///< several builds too short to be seen, of this category for the most part
    int build = 0;      ///< if it is one
    friend bool operator==(const GanttBox&, const GanttBox&) = default;
};

/// What the colours of a study stand for; attempts that failed are the last.
std::vector<GanttCategory> gantt_categories(const Campaign& campaign);

/// By slot and start. Attempts shorter than `visible` are drawn together.
std::vector<GanttBox> gantt_boxes(const Study& study, const PolicyRun& run, Duration visible);

}  // namespace terrace::sim
