#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::cli {

/// What a piece of text means; only a terminal with colours shows it.
enum class Paint { plain, good, bad, notice, faint, strong };

/// How to print for where the text goes: a terminal has a width, and colours unless the user has
/// none of them.
struct Style {
    bool colour = false;
    std::optional<std::size_t> width;
};

std::string painted(std::string_view text, Paint paint, const Style& style);

/// What a state, an outcome or a verdict looks like: "failed" is bad, "succeeded" is good.
Paint paint_of(std::string_view word);

struct Cell {
    std::string text;
    Paint paint = Paint::plain;
};

/// A cell painted by its own word.
Cell word_cell(std::string word);

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
};

/// Rows of text in aligned columns, two spaces apart. The last column is cut where a terminal's
/// line ends.
class Table {
public:
    explicit Table(std::vector<Column> columns);

    /// @pre as many cells as columns. Texts are made fit for one line.
    void add(std::vector<Cell> row);

    bool empty() const { return rows_.empty(); }
    std::string render(const Style& style) const;

private:
    std::string line(const std::vector<Cell>& row,
                     const std::vector<std::size_t>& widths,
                     const Style& style) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace terrace::cli
