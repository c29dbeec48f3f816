#include "cli/output/live_block.hpp"

#include "cli/output/text.hpp"

namespace terrace::cli {

LiveBlock::LiveBlock(std::ostream& out, Style style) : out_(out), style_(style) {}

void LiveBlock::show(const std::vector<std::string>& lines) {
    clear();
    for (const std::string& line : lines)
        out_ << shortened(line, style_.width.value_or(80) - 1) << '\n';
    out_.flush();
    shown_ = lines.size();
}

void LiveBlock::clear() {
    if (shown_ > 0) out_ << "\x1b[" << shown_ << "A\x1b[J";
    out_.flush();
    shown_ = 0;
}

}  // namespace terrace::cli
