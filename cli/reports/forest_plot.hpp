#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/output/gnuplot.hpp"
#include "common/vocab/cost_report.hpp"

/// The forest plot of a rebuild's gains: a line for each measured package, with its interval.
namespace terrace::cli {

struct ForestRow {
    std::string label;
    Verdict verdict = Verdict::hold;
    double ratio = 1;
    double low = 1;
    double high = 1;
    friend bool operator==(const ForestRow&, const ForestRow&) = default;
};

/// What no eye takes in at once is left to the table.
inline constexpr std::size_t kForestRowsMax = 100;

/// The deciding benchmark of each package, the largest gain first. Of more than kForestRowsMax
/// those that differ most from no change are kept.
std::vector<ForestRow> forest_rows(const CostReport& report);

/// @pre there are rows
ChartSize forest_size(const std::vector<ForestRow>& rows);
std::string forest_script(const std::vector<ForestRow>& rows);

/// The SVG file. Throws std::runtime_error when gnuplot is not there or fails. @pre there are rows
std::string draw_forest(const std::vector<ForestRow>& rows, bool transparent);

}  // namespace terrace::cli
