#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "cli/output/table.hpp"

namespace terrace::cli {

/// Where a command writes: results to `out`, sentences about trouble and progress to `err`.
struct Output {
    std::ostream& out;
    std::ostream& err;
    Style out_style;
    Style err_style;
    bool out_is_terminal = false;
    bool err_is_terminal = false;

    /// The table, or the sentence if there is no row.
    void print(const Table& table, std::string_view sentence_if_empty);
    void print_line(std::string_view line);
    /// "terrace: SENTENCE" on standard error.
    void complain(std::string_view sentence);
};

/// Standard output and error of this process. Colours only on a terminal, and not with NO_COLOR or
/// TERM=dumb.
Output standard_output();

}  // namespace terrace::cli
