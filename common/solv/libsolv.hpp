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
}

#include <cstdio>
#include <memory>

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

/// What a dependency is made of; null if it is a plain name.
inline const Reldep* relation_of(const ::Pool& pool, ::Id id) {
    const auto number = static_cast<unsigned int>(id);
    return ISRELDEP(number) ? GETRELDEP(&pool, number) : nullptr;
}

}  // namespace terrace::solv
