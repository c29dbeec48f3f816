#include "common/solv/solve.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

#include "common/solv/libsolv.hpp"

namespace terrace::solv {
namespace {

/// A conflict deep in a large set can have hundreds of reasons, and the first ones tell it.
constexpr std::size_t kProblemsMax = 20;

struct FreeSolver {
    void operator()(Solver* solver) const { solver_free(solver); }
};

std::string sentence(std::string text) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text + ".";
}

/// solver_problem2str() would give one rule of each problem, mostly not the one that is the cause.
std::vector<std::string> problems_of(Solver* solver) {
    std::vector<std::string> problems;
    std::size_t left_out = 0;
    for (::Id problem = solver_next_problem(solver, 0); problem != 0;
         problem = solver_next_problem(solver, problem)) {
        IdQueue rules;
        solver_findallproblemrules(solver, problem, &rules);
        for (const ::Id rule : rules) {
            ::Id source = 0;
            ::Id target = 0;
            ::Id dependency = 0;
            const SolverRuleinfo type =
                solver_ruleinfo(solver, rule, &source, &target, &dependency);
            if (type == SOLVER_RULE_JOB) continue;  // "conflicting requests": says nothing
            const std::string text =
                sentence(solver_problemruleinfo2str(solver, type, source, target, dependency));
            if (std::ranges::find(problems, text) != problems.end()) continue;
            if (problems.size() < kProblemsMax) {
                problems.push_back(text);
            } else {
                ++left_out;
            }
        }
    }
    if (problems.empty()) problems.push_back("What is wanted contradicts itself.");
    if (left_out > 0) problems.push_back("And " + std::to_string(left_out) + " more reasons.");
    return problems;
}

}  // namespace

Solution solve(Pool& pool, std::span<const Dependency> wanted) {
    IdQueue wishes;
    for (const Dependency dependency : wanted) {
        queue_push2(&wishes, SOLVER_INSTALL | SOLVER_SOLVABLE_PROVIDES,
                    static_cast<::Id>(dependency));
    }
    const std::unique_ptr<Solver, FreeSolver> solver(solver_create(&pool.raw()));
    solver_set_flag(solver.get(), SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
    Solution solution;
    if (solver_solve(solver.get(), &wishes) != 0) {
        solution.problems = problems_of(solver.get());
        return solution;
    }
    IdQueue decisions;
    solver_get_decisionqueue(solver.get(), &decisions);
    for (const ::Id decision : decisions) {
        if (decision > SYSTEMSOLVABLE) solution.installed.push_back(Package{decision});
    }
    std::ranges::sort(solution.installed);
    return solution;
}

}  // namespace terrace::solv
