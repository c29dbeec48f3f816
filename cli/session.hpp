#pragma once

#include <functional>
#include <string>
#include <utility>

#include "cli/exit_code.hpp"
#include "cli/farm.hpp"
#include "cli/output/output.hpp"
#include "common/wire/json.hpp"

namespace terrace::cli {

/// What a command works with: the farm, and where to say what it found.
struct Session {
    Farm& farm;
    Output& output;
    bool json = false;  ///< --json: print the farm's own JSON, one document, and no tables

    /// Says it on standard error.
    ExitCode fail(const Error& error) {
        output.complain(error.message);
        return exit_code_of(error.code);
    }

    /// The row in an answer.
    template <class Row>
    static Result<Row> read(const Result<std::string>& text) {
        if (!text) return text.error();
        Result<Row> row = wire::from_text<Row>(*text);
        if (!row)
            return Error{Errc::invalid_argument,
                         "The farm's answer is not understood: " + row.error().message};
        return row;
    }

    /// Prints `text` as it is with --json, or hands it as a Row to `show(const Row&)`.
    template <class Row, class Show>
    ExitCode answer(const Result<std::string>& text, Show show) {
        if (!text) return fail(text.error());
        if (json) {
            if (!text->empty()) output.print_line(*text);
            return ExitCode::ok;
        }
        const Result<Row> row = read<Row>(text);
        if (!row) return fail(row.error());
        show(*row);
        return ExitCode::ok;
    }
};

/// What the command line asked for, to be done once it is read.
using Action = std::function<ExitCode(Session&)>;

}  // namespace terrace::cli
