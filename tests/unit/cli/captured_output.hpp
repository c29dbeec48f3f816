#pragma once

#include <sstream>
#include <string>

#include "cli/output/output.hpp"

namespace terrace::cli {

/// An output that keeps what is written; no terminal and no colours.
struct CapturedOutput {
    std::ostringstream out;
    std::ostringstream err;
    Output output{.out = out, .err = err, .out_style = {}, .err_style = {}};

    bool says(const std::string& text) const { return out.str().find(text) != std::string::npos; }
};

}  // namespace terrace::cli
