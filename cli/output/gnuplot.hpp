#pragma once

#include <filesystem>
#include <string>

/// Charts, drawn by gnuplot(1).
namespace terrace::cli {

/// Size of a chart in pixels, and what is behind it.
struct ChartSize {
    int width = 0;
    int height = 0;
    bool transparent = false;  ///< else white
};

/// Runs gnuplot on `script`, whose output goes to `file` in the format that its name ends in.
/// Throws std::runtime_error with what gnuplot said, or with what to install.
void run_gnuplot(const std::string& script, const std::filesystem::path& file, ChartSize size);

/// Text as a gnuplot string, in quotes.
std::string quoted(const std::string& text);

}  // namespace terrace::cli
