#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cli/output/output.hpp"

namespace terrace::sim {

/// How far a long run is, on standard error: one line that is written over on a terminal, a line
/// every few seconds elsewhere.
class ProgressLine {
public:
    explicit ProgressLine(cli::Output& output) : output_(output) {}
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const std::string& what, std::size_t done, std::size_t total);
    /// Takes the line off the terminal.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    cli::Output& output_;
    Clock::time_point spoken_ = Clock::now();
    std::string what_;
    std::size_t shown_ = 0;  ///< percent
    bool on_screen_ = false;
};

}  // namespace terrace::sim
