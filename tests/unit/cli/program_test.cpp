#include "cli/program.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace terrace::cli;

namespace {

struct Run {
    ExitCode code;
    std::string out;
    std::string err;
};

Run run(std::vector<std::string> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    Output output{.out = out, .err = err, .out_style = {}, .err_style = {}};
    const ExitCode code = run_program(std::move(arguments), output);
    return {code, out.str(), err.str()};
}

/// One sentence: it starts with the program's name and has one line.
bool is_one_sentence(const std::string& text) {
    return text.starts_with("terrace: ") && text.find('\n') == text.size() - 1;
}

}  // namespace

TEST_CASE("a command line that is not right is exit code 2 and one sentence") {
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"nonsense"},
        {"rebuild"},
        {"rebuild", "status"},
        {"rebuild", "status", "seven"},
        {"rebuild", "start", "f45", "--mode", "sideways"},
        {"rebuild", "start", "f45", "--nonsense"},
        {"build", "list"},
        {"--farm", "gopher://somewhere", "status"},
        {"--token-file", "/nonexistent/token", "status"}};
    for (const auto& arguments : wrong) {
        CAPTURE(arguments.size());
        const Run result = run(arguments);
        CHECK(result.code == ExitCode::usage);
        CHECK(result.out.empty());
        CHECK_MESSAGE(is_one_sentence(result.err), result.err);
    }
}

TEST_CASE("help is no mistake and names every noun") {
    const Run result = run({"--help"});
    CHECK(result.code == ExitCode::ok);
    CHECK(result.err.empty());
    for (const char* noun :
         {"rebuild", "build", "worker", "package", "seed", "gate", "repo", "release", "status"}) {
        CHECK(result.out.find(std::string("\n  ") + noun) != std::string::npos);
    }
}

TEST_CASE("every command has a help of its own") {
    CHECK(run({"rebuild", "start", "--help"}).out.find("--priority") != std::string::npos);
    CHECK(run({"build", "log", "--help"}).out.find("--follow") != std::string::npos);
}
