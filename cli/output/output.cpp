#include "cli/output/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/output/text.hpp"

namespace terrace::cli {
namespace {

Style style_of(int fd) {
    if (isatty(fd) == 0) return {};
    const char* no_colour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    Style style;
    style.colour = (no_colour == nullptr || *no_colour == '\0') && term != nullptr &&
                   std::string_view(term) != "dumb";
    winsize size{};
    style.width = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
    return style;
}

}  // namespace

void Output::print(const Table& table, std::string_view sentence_if_empty) {
    if (table.empty()) {
        print_line(sentence_if_empty);
    } else {
        out << table.render(out_style);
    }
}

void Output::print_line(std::string_view line) {
    out << line << '\n';
}

void Output::complain(std::string_view sentence) {
    err << "terrace: " << one_line(sentence) << std::endl;
}

Output standard_output() {
    return {.out = std::cout,
            .err = std::cerr,
            .out_style = style_of(STDOUT_FILENO),
            .err_style = style_of(STDERR_FILENO),
            .out_is_terminal = isatty(STDOUT_FILENO) != 0,
            .err_is_terminal = isatty(STDERR_FILENO) != 0};
}

}  // namespace terrace::cli
