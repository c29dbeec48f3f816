#pragma once

#include <filesystem>
#include <string>

namespace terrace::sim {

/// Size of a chart in pixels.
struct ChartSize {
    int width = 0;
    int height = 0;
};

/// Runs gnuplot on `script`, whose output goes to `file` in the format that its name ends in.
/// Throws std::runtime_error with what gnuplot said.
void run_gnuplot(const std::string& script, const std::filesystem::path& file, ChartSize size);

/// Text as a gnuplot string, in quotes.
std::string quoted(const std::string& text);

}  // namespace terrace::sim
