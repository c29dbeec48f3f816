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
        {"rebuild", "start", "f45", "--priority", "5"},
        {"rebuild", "start", "f45", "--share", "0"},
        {"rebuild", "start", "f45", "--share", "inf"},
        {"rebuild", "start", "f45", "--share", "nan"},
        {"rebuild", "start", "f45", "--confirm", "-1"},
        {"rebuild", "start", "f45", "--confirm", "many"},
        {"rebuild", "plan"},
        {"rebuild", "plan", "f45", "--watch"},
        {"rebuild", "pause"},
        {"rebuild", "resume", "seven"},
        {"rebuild", "cancel", "7"},
        {"rebuild", "retry-failed"},
        {"rebuild", "second-pass", "7", "--plan", "--watch"},
        {"rebuild", "diff", "7"},
        {"repo", "promote", "seventeen", "stable"},
        {"repo", "promote", "17"},
        {"repo", "rollback"},
        {"repo", "rollback", "testing", "--to", "before"},
        {"repo", "diff", "1"},
        {"repo", "verify"},
        {"repo", "gc", "--force"},
        {"build", "explain"},
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
    const std::vector<std::pair<std::vector<std::string>, std::string>> helps = {
        {{"rebuild", "plan", "--help"}, "changes nothing"},
        {{"rebuild", "plan", "--help"}, "--mode"},
        {{"rebuild", "start", "--help"}, "--confirm"},
        {{"rebuild", "pause", "--help"}, "what runs goes on"},
        {{"rebuild", "resume", "--help"}, "go on"},
        {{"rebuild", "abort", "--help"}, "cancelled"},
        {{"rebuild", "retry-failed", "--help"}, "--watch"},
        {{"rebuild", "second-pass", "--help"}, "--plan"},
        {{"rebuild", "diff", "--help"}, "before"},
        {{"worker", "enable", "--help"}, "forget its failures"},
        {{"worker", "drain", "--help"}, "--now"},
        {{"worker", "disable", "--help"}, "--reason"},
        {{"worker", "quarantine", "--help"}, "probing builds only"},
        {{"gate", "list", "--help"}, "holds back the rest"},
        {{"gate", "explain", "--help"}, "Every stage"},
        {{"gate", "waive", "--help"}, "--reason"},
        {{"gate", "waivers", "--help"}, "--all"},
        {{"gate", "revoke", "--help"}, "--author"},
        {{"build", "explain", "--help"}, "what each worker lacks"}};
    for (const auto& [arguments, words] : helps) {
        const Run result = run(arguments);
        CHECK(result.code == ExitCode::ok);
        CHECK_MESSAGE(result.out.find(words) != std::string::npos, result.out);
    }
}

TEST_CASE("a word that an option does not know is answered with those that it does") {
    const Run priority = run({"rebuild", "start", "f45", "--priority", "high"});
    CHECK(priority.code == ExitCode::usage);
    for (const char* word : {"--priority", "high", "background", "normal", "urgent"})
        CHECK_MESSAGE(priority.err.find(word) != std::string::npos, priority.err);
    const Run mode = run({"rebuild", "plan", "f45", "--mode", "sideways"});
    CHECK(mode.code == ExitCode::usage);
    for (const char* word : {"flat", "ordered"})
        CHECK_MESSAGE(mode.err.find(word) != std::string::npos, mode.err);
}

TEST_CASE("a worker is not taken out without a reason") {
    for (const char* verb : {"disable", "quarantine"}) {
        const Run result = run({"worker", verb, "alpha"});
        CHECK(result.code == ExitCode::usage);
        CHECK_MESSAGE(result.err.find("--reason") != std::string::npos, result.err);
    }
}

TEST_CASE("a farm that cannot be reached is exit code 3, at once") {
    // Port 1 is reserved; nothing listens there.
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"rebuild", "plan", "f45"},
             {"rebuild", "start", "f45", "--priority", "urgent", "--share", "2", "--confirm", "7"},
             {"rebuild", "pause", "7"},
             {"rebuild", "resume", "7"},
             {"rebuild", "abort", "7"},
             {"rebuild", "retry-failed", "7"},
             {"rebuild", "second-pass", "7", "--plan"},
             {"rebuild", "second-pass", "7", "--json"},
             {"rebuild", "diff", "7", "8"},
             {"worker", "enable", "alpha"},
             {"worker", "drain", "alpha", "--now"},
             {"worker", "disable", "alpha", "--reason", "Its fan is dead."},
             {"worker", "quarantine", "alpha", "--reason", "It is slow.", "--json"},
             {"build", "explain", "17"}}) {
        std::vector<std::string> all = {"--farm", "http://127.0.0.1:1"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        CAPTURE(arguments[1]);
        const Run result = run(all);
        CHECK(result.code == ExitCode::unreachable);
        CHECK(result.out.empty());
        CHECK_MESSAGE(is_one_sentence(result.err), result.err);
    }
}
