#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/output/table.hpp"

namespace terrace::cli {

/// Some lines at the end of a terminal that are written over again and again.
class LiveBlock {
public:
    /// `out` is a terminal of that style and outlives this.
    LiveBlock(std::ostream& out, Style style);

    /// Replaces the lines shown before. Lines are cut at the terminal's width, or the cursor could
    /// not go back.
    void show(const std::vector<std::string>& lines);

    /// Takes the lines off the screen; what is printed next comes where they were.
    void clear();

private:
    std::ostream& out_;
    Style style_;
    std::size_t shown_ = 0;
};

}  // namespace terrace::cli
