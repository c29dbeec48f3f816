#include "cli/output/table.hpp"

#include <algorithm>
#include <utility>

#include "cli/output/text.hpp"
#include "common/vocab/check.hpp"

namespace terrace::cli {
namespace {

const char* code_of(Paint paint) {
    switch (paint) {
        case Paint::plain: return "";
        case Paint::good: return "\x1b[32m";
        case Paint::bad: return "\x1b[31m";
        case Paint::notice: return "\x1b[33m";
        case Paint::faint: return "\x1b[2m";
        case Paint::strong: return "\x1b[1m";
    }
    return "";
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

constexpr std::string_view kGap = "  ";

}  // namespace

std::string painted(std::string_view text, Paint paint, const Style& style) {
    if (!style.colour || paint == Paint::plain) return std::string(text);
    return code_of(paint) + std::string(text) + "\x1b[0m";
}

Paint paint_of(std::string_view word) {
    if (is_one_of(word, {"succeeded", "finished", "ok", "promote", "yes"})) return Paint::good;
    if (is_one_of(word, {"failed", "build_failed", "check_failed", "regress", "uninstallable",
                         "bad_srpm", "timeout"}) ||
        is_one_of(word, {"stalled", "oom", "disk_full", "isa_mismatch", "infra_aborted"})) {
        return Paint::bad;
    }
    if (is_one_of(word, {"leased", "running", "composing", "pending", "hold", "unstable"}))
        return Paint::notice;
    if (is_one_of(word, {"cancelled", "blocked", "waiting", "-"})) return Paint::faint;
    return Paint::plain;
}

Cell word_cell(std::string word) {
    const Paint paint = paint_of(word);
    return {std::move(word), paint};
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<Cell> row) {
    TERRACE_CHECK(row.size() == columns_.size());
    for (Cell& cell : row) cell.text = one_line(cell.text);
    rows_.push_back(std::move(row));
}

std::string Table::render(const Style& style) const {
    std::vector<Cell> header;
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) {
        header.push_back({column.title, Paint::strong});
        widths.push_back(display_width(column.title));
    }
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    std::string out = line(header, widths, style);
    for (const auto& row : rows_) out += line(row, widths, style);
    return out;
}

std::string Table::line(const std::vector<Cell>& row,
                        const std::vector<std::size_t>& widths,
                        const Style& style) const {
    std::string out;
    std::size_t used = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const bool last = i + 1 == row.size();
        const bool cut = last && style.width && *style.width > used;
        const std::string text = cut ? shortened(row[i].text, *style.width - used) : row[i].text;
        const std::size_t taken = display_width(text);
        const std::string padding(widths[i] > taken ? widths[i] - taken : 0, ' ');
        if (columns_[i].align == Align::right) out += padding;
        out += painted(text, row[i].paint, style);
        if (last) break;
        if (columns_[i].align == Align::left) out += padding;
        out += kGap;
        used += widths[i] + kGap.size();
    }
    // An empty last cell leaves no blanks at the line's end.
    return out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace terrace::cli
