#include "common/solv/problems.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace terrace::solv {
namespace {

/// A conflict deep in a large set can have hundreds of reasons, and the first ones tell it.
constexpr std::size_t kProblemsMax = 20;

std::string sentence(std::string text) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text + ".";
}

}  // namespace

// solver_problem2str() would give one rule of each problem, mostly not the one that is the cause.
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

}  // namespace terrace::solv
