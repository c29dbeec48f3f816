#pragma once

/// libsolv's C headers, of which only some can be included from C++ as they are. For the sources of
/// this folder only: its names (Pool, Id, Queue ...) are global.
#define LIBSOLV_SOLVABLE_PREPEND_DEP  // "requires" is a keyword of C++20
extern "C" {
#include <solv/pool.h>
#include <solv/pool_parserpmrichdep.h>
#include <solv/poolarch.h>
#include <solv/problems.h>
#include <solv/repo.h>
#include <solv/repo_repomdxml.h>
#include <solv/repo_rpmmd.h>
#include <solv/repo_solv.h>
#include <solv/repo_write.h>
#include <solv/solv_xfopen.h>
#include <solv/solver.h>
#include <solv/transaction.h>
}

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace terrace::solv {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Owns the elements of a libsolv queue.
struct IdQueue : ::Queue {
    IdQueue() { queue_init(this); }
    ~IdQueue() { queue_free(this); }
    IdQueue(const IdQueue&) = delete;
    IdQueue& operator=(const IdQueue&) = delete;

    const ::Id* begin() const { return elements; }
    const ::Id* end() const { return elements + count; }
};

struct FreeSolver {
    void operator()(Solver* solver) const { solver_free(solver); }
};
using OwnedSolver = std::unique_ptr<Solver, FreeSolver>;

/// A repository in libsolv's own format (pool.cpp); those of its packages that were freed are not
/// in it.
std::string solv_bytes(s_Repo* repo);

/// What a dependency is made of; none if it is a plain name. A copy, since a question to the pool
/// may move its table.
inline std::optional<Reldep> relation_of(const ::Pool& pool, ::Id id) {
    const auto number = static_cast<unsigned int>(id);
    if (!ISRELDEP(number)) return std::nullopt;
    return *GETRELDEP(&pool, number);
}

}  // namespace terrace::solv
