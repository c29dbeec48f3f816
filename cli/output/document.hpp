#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/output/table.hpp"

/// A report that is handed round: the same content as a page for a browser, or as Markdown.
namespace terrace::cli {

struct Heading {
    std::string text;
};

struct Paragraph {
    std::string text;
};

/// A list of sentences.
struct Points {
    std::vector<std::string> texts;
};

/// The first cell of each row names it.
struct DocumentTable {
    std::string caption;
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;
};

/// A picture. In a page it is the SVG itself, in Markdown a link.
struct Figure {
    std::string caption;
    std::string description;  ///< for who cannot see it
    std::string svg;          ///< an SVG file's content; empty: not in a page
    std::string link;         ///< of the file; empty: not in Markdown
};

using Block = std::variant<Heading, Paragraph, Points, DocumentTable, Figure>;

struct Document {
    std::string title;
    std::vector<Block> blocks;
};

/// One file with all that it needs: no script, nothing from elsewhere; light or dark as its reader
/// has it. All texts are escaped; an SVG is taken as it is.
std::string to_html(const Document& document);

/// GitHub's Markdown. What its syntax would take for its own is escaped.
std::string to_markdown(const Document& document);

/// Text as HTML shows it.
std::string html_text(std::string_view text);

}  // namespace terrace::cli
