#include "common/solv/solve.hpp"

#include <doctest/doctest.h>

#include "common/solv/dependency.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::solv;
using namespace terrace::testing;

namespace {

struct Answer {
    Texts installed;
    Texts problems;
};

Answer solve_in(const std::vector<MadeUp>& packages, const Texts& wanted) {
    const os::TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "primary.xml";
    os::write_file_atomically(path, primary_xml(packages));
    Pool pool;
    REQUIRE(pool.add_primary("made-up", path).has_value());
    std::vector<Dependency> dependencies;
    for (const std::string& text : wanted) {
        dependencies.push_back(parse_dependency(pool, text).value());
    }
    pool.prepare(dependencies);
    const Solution solution = solve(pool, dependencies);
    Answer answer;
    for (const Package package : solution.installed) answer.installed.push_back(pool.name(package));
    answer.problems = solution.problems;
    return answer;
}

}  // namespace

TEST_CASE("all that is wanted is installed with all that it requires") {
    const Answer answer = solve_in({{.name = "a", .required = {"libb.so.1"}},
                                    {.name = "b", .provided = {"libb.so.1"}},
                                    {.name = "c"}},
                                   {"a"});
    CHECK(answer.installed == Texts{"a", "b"});
    CHECK(answer.problems.empty());
}

TEST_CASE("a conditional wish is fulfilled only if its condition holds") {
    const std::vector<MadeUp> packages = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
    CHECK(solve_in(packages, {"(a if b)", "c"}).installed == Texts{"c"});
    CHECK(solve_in(packages, {"(a if b)", "b"}).installed == Texts{"a", "b"});
    CHECK(solve_in(packages, {"((a if b) and c)"}).installed == Texts{"c"});
    CHECK(solve_in(packages, {"(a if b else c)", "b"}).installed == Texts{"a", "b"});
    CHECK(solve_in(packages, {"(a and c)"}).installed == Texts{"a", "c"});
}

TEST_CASE("wishes that contradict each other are a problem") {
    const Answer answer = solve_in({{.name = "a"}, {.name = "b"}}, {"(a unless b)", "b"});
    CHECK(answer.problems == Texts{"What is wanted contradicts itself."});
}

TEST_CASE("what is only recommended is not installed") {
    CHECK(solve_in({{.name = "a", .recommended = {"b"}}, {.name = "b"}}, {"a"}).installed ==
          Texts{"a"});
}

TEST_CASE("nothing wanted, nothing installed") {
    const Answer answer = solve_in({{.name = "a"}}, {});
    CHECK(answer.installed.empty());
    CHECK(answer.problems.empty());
}

TEST_CASE("a problem tells the whole chain of its reasons") {
    const Answer answer = solve_in(
        {{.name = "a", .required = {"b"}}, {.name = "b", .required = {"c >= 2"}}, {.name = "c"}},
        {"a"});
    CHECK(answer.installed.empty());
    CHECK(std::ranges::find(answer.problems, "Nothing provides c >= 2 needed by b-1-1.x86_64.") !=
          answer.problems.end());
    CHECK(std::ranges::find(answer.problems,
                            "Package a-1-1.x86_64 requires b, but none of the providers can be "
                            "installed.") != answer.problems.end());
}

TEST_CASE("the reasons of a problem are limited") {
    std::vector<MadeUp> packages = {{.name = "a"}};
    for (int i = 0; i < 60; ++i) {
        const std::string name = "b" + std::to_string(i);
        packages.push_back({.name = name, .required = {"nothing" + std::to_string(i)}});
        packages.front().required.push_back(name);
    }
    packages.front().required = {"many"};
    for (std::size_t i = 1; i < packages.size(); ++i) packages[i].provided = {"many"};
    const Answer answer = solve_in(packages, {"a"});
    CHECK(answer.problems.size() == 21);
    CHECK(answer.problems.back().ends_with(" more reasons."));
}

TEST_CASE("rpm's rules hold, not dpkg's") {
    // A Provides without a version satisfies any; noarch can be installed; another arch cannot.
    CHECK(solve_in({{.name = "a", .provided = {"v"}, .arch = "noarch"}}, {"v >= 3"}).installed ==
          Texts{"a"});
    CHECK_FALSE(solve_in({{.name = "a", .arch = "aarch64"}}, {"a"}).problems.empty());
}
