#pragma once

#include <filesystem>
#include <string>

#include "tests/sim/app/study.hpp"

/// Drawn by gnuplot(1), a panel for each policy over the same hours. Throw std::runtime_error when
/// it is not there or fails.
namespace terrace::sim {

/// Whether a chart can be written under this name: it ends in .svg or .png.
bool is_chart_name(const std::string& name);

/// What ran on each slot. Builds too short to be seen are drawn together, lighter. Coloured by run
/// level; by rebuild if there are several, by class if there are many.
void draw_gantt(const Study& study, const std::filesystem::path& file);

/// How much of the slots of each level was busy.
void draw_utilisation(const Study& study, const std::filesystem::path& file);

}  // namespace terrace::sim
