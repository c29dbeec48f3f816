#include "common/solv/solve.hpp"

#include <algorithm>

#include "common/solv/problems.hpp"

namespace terrace::solv {

Solution solve(Pool& pool, std::span<const Dependency> wanted) {
    IdQueue wishes;
    for (const Dependency dependency : wanted) {
        queue_push2(&wishes, SOLVER_INSTALL | SOLVER_SOLVABLE_PROVIDES,
                    static_cast<::Id>(dependency));
    }
    const OwnedSolver solver(solver_create(&pool.raw()));
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
