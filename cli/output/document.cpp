#include "cli/output/document.hpp"

#include <fmt/format.h>

#include "cli/output/text.hpp"

namespace terrace::cli {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// Colours have a contrast of at least 4.5 in both schemes. gnuplot writes what it draws in its
/// default colour as black: here that is the text's.
constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --rule: #d0d7de; --band: #f6f8fa;
  --good: #116329; --bad: #b3261e; --notice: #7d4e00; --faint: #57606a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --rule: #3d444d; --band: #161b22;
    --good: #56d364; --bad: #ff8a80; --notice: #e3b341; --faint: #9198a1; } }
body { color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid var(--rule); padding: .3rem .7rem; text-align: left; vertical-align: top; }
thead th { border-bottom-width: 2px; vertical-align: bottom; background: var(--paper); }
tbody tr:nth-child(even) { background: var(--band); }
.number { text-align: right; } td.number { white-space: nowrap; }
td:last-child:not(.number) { min-width: 22rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .notice { color: var(--notice); }
.faint { color: var(--faint); } .strong { font-weight: 600; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; padding-bottom: .4rem; }
figure svg { width: 100%; max-width: 60rem; height: auto; }
figure svg [fill="black"] { fill: var(--ink); } figure svg [stroke="black"] { stroke: var(--ink); }
figure svg [color="black"] { color: var(--ink); }
@media print { body { max-width: none; margin: 0; } .scroll { overflow: visible; } }
</style>
)";

const char* class_of(Paint paint) {
    switch (paint) {
        case Paint::plain: return "";
        case Paint::good: return "good";
        case Paint::bad: return "bad";
        case Paint::notice: return "notice";
        case Paint::faint: return "faint";
        case Paint::strong: return "strong";
    }
    return "";
}

std::string classes(const Column& column, Paint paint) {
    std::string names = column.align == Align::right ? "number" : "";
    const std::string own = class_of(paint);
    if (!own.empty()) names += (names.empty() ? "" : " ") + own;
    return names.empty() ? "" : fmt::format(" class=\"{}\"", names);
}

std::string html_of(const DocumentTable& table) {
    std::string text = fmt::format(
        "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<caption>{}</caption>\n<thead>\n<tr>",
        html_text(table.caption));
    for (const Column& column : table.columns) {
        text += fmt::format("<th scope=\"col\"{}>{}</th>", classes(column, Paint::plain),
                            html_text(column.title));
    }
    text += "</tr>\n</thead>\n<tbody>\n";
    for (const std::vector<Cell>& row : table.rows) {
        text += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += fmt::format("<{0}{1}>{2}</{3}>", i == 0 ? "th scope=\"row\"" : "td",
                                classes(table.columns.at(i), row[i].paint), html_text(row[i].text),
                                i == 0 ? "th" : "td");
        }
        text += "</tr>\n";
    }
    return text + "</tbody>\n</table>\n</div>\n";
}

/// The element alone: what stands before it in a file has no place in a page.
std::string_view svg_element(std::string_view file) {
    const std::size_t begin = file.find("<svg");
    return begin == std::string_view::npos ? "" : file.substr(begin);
}

std::string html_of(const Block& block) {
    return std::visit(
        Overloaded{
            [](const Heading& h) { return "<h2>" + html_text(h.text) + "</h2>\n"; },
            [](const Paragraph& p) { return "<p>" + html_text(p.text) + "</p>\n"; },
            [](const Points& points) {
                std::string text = "<ul>\n";
                for (const std::string& point : points.texts)
                    text += "<li>" + html_text(point) + "</li>\n";
                return text + "</ul>\n";
            },
            [](const DocumentTable& table) { return html_of(table); },
            [](const Figure& figure) {
                if (figure.svg.empty()) return std::string();
                return fmt::format(
                    "<figure>\n<figcaption>{}</figcaption>\n<div class=\"scroll\" role=\"img\" "
                    "aria-label=\"{}\">\n{}</div>\n</figure>\n",
                    html_text(figure.caption), html_text(figure.description),
                    svg_element(figure.svg));
            }},
        block);
}

/// One line in which no character has a meaning of its own.
std::string markdown_text(std::string_view text) {
    std::string escaped;
    for (const char c : one_line(text)) {
        if (std::string_view("\\`*[]<|&#~").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string markdown_of(const DocumentTable& table) {
    std::string text = "**" + markdown_text(table.caption) + "**\n\n|";
    for (const Column& column : table.columns) text += " " + markdown_text(column.title) + " |";
    text += "\n|";
    for (const Column& column : table.columns)
        text += column.align == Align::right ? " ---: |" : " --- |";
    for (const std::vector<Cell>& row : table.rows) {
        text += "\n|";
        for (const Cell& cell : row) text += " " + markdown_text(cell.text) + " |";
    }
    return text + "\n\n";
}

std::string markdown_of(const Block& block) {
    return std::visit(
        Overloaded{[](const Heading& h) { return "## " + markdown_text(h.text) + "\n\n"; },
                   [](const Paragraph& p) { return markdown_text(p.text) + "\n\n"; },
                   [](const Points& points) {
                       std::string text;
                       for (const std::string& point : points.texts)
                           text += "- " + markdown_text(point) + "\n";
                       return text + "\n";
                   },
                   [](const DocumentTable& table) { return markdown_of(table); },
                   [](const Figure& figure) {
                       if (figure.link.empty()) return std::string();
                       return fmt::format("**{}**\n\n![{}](<{}>)\n\n",
                                          markdown_text(figure.caption),
                                          markdown_text(figure.description), figure.link);
                   }},
        block);
}

}  // namespace

std::string html_text(std::string_view text) {
    std::string escaped;
    for (const char c : one_line(text)) {
        switch (c) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            case '\'': escaped += "&#39;"; break;
            default: escaped += c;
        }
    }
    return escaped;
}

std::string to_html(const Document& document) {
    std::string text = kHead;
    const std::string title = html_text(document.title);
    text += "<title>" + title + "</title>\n</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n";
    for (const Block& block : document.blocks) text += html_of(block);
    return text + "</main>\n</body>\n</html>\n";
}

std::string to_markdown(const Document& document) {
    std::string text = "# " + markdown_text(document.title) + "\n\n";
    for (const Block& block : document.blocks) text += markdown_of(block);
    return text;
}

}  // namespace terrace::cli
