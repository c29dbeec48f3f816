#include "common/solv/client.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "common/solv/libsolv.hpp"
#include "common/solv/problems.hpp"

namespace terrace::solv {
namespace {

/// Which repository each package of the pool came from.
using Origins = std::map<::Id, std::string>;

/// The solver's numbers of the packages that a repository has brought.
std::vector<::Id> loaded_since(const s_Pool& pool, ::Id first) {
    std::vector<::Id> ids;
    for (::Id id = first; id < pool.nsolvables; ++id) ids.push_back(id);
    return ids;
}

OnMachine on_machine(const Pool& pool, ::Id id, const Origins& origins) {
    const Package package{id};
    return {pool.name(package), pool.evr(package), pool.arch(package), origins.at(id)};
}

struct InOrder {
    bool operator()(const OnMachine& a, const OnMachine& b) const {
        return std::tie(a.name, a.arch, a.repo, a.evr) < std::tie(b.name, b.arch, b.repo, b.evr);
    }
};

/// Makes what is on the machine the installed packages of the pool.
void load_installed(Pool& pool,
                    std::span<const ClientRepo> repos,
                    const std::vector<OnMachine>& packages,
                    Origins& origins) {
    if (packages.empty()) return;
    s_Pool& raw = pool.raw();
    const ::Id first = raw.nsolvables;
    // What two of the repositories have is there once.
    std::set<OnMachine, InOrder> missing(packages.begin(), packages.end());
    for (const ClientRepo& repo : repos) {
        const ::Id before = raw.nsolvables;
        pool.extend_solv("@installed", *repo.metadata).value();
        for (const ::Id id : loaded_since(raw, before)) origins[id] = repo.name;
    }
    s_Repo* installed = pool_id2solvable(&raw, first)->repo;
    for (const ::Id id : loaded_since(raw, first)) {
        if (missing.erase(on_machine(pool, id, origins)) == 0) repo_free_solvable(installed, id, 0);
    }
    pool_set_installed(&raw, installed);
}

void load_offered(Pool& pool, std::span<const ClientRepo> repos, Origins& origins) {
    s_Pool& raw = pool.raw();
    for (const ClientRepo& repo : repos) {
        const ::Id before = raw.nsolvables;
        pool.add_solv(repo.name, *repo.metadata).value();
        for (const ::Id id : loaded_since(raw, before)) origins[id] = repo.name;
        if (raw.nsolvables > before) pool_id2solvable(&raw, before)->repo->subpriority = -repo.cost;
    }
}

void fill_wishes(
    s_Pool& pool, Errand errand, std::span<const std::string> names, bool weakly, IdQueue& wishes) {
    switch (errand) {
        case Errand::install:
            for (const std::string& name : names) {
                queue_push2(&wishes,
                            SOLVER_INSTALL | SOLVER_SOLVABLE_NAME | (weakly ? SOLVER_WEAK : 0),
                            pool_str2id(&pool, name.c_str(), 1));
            }
            return;
        case Errand::upgrade: queue_push2(&wishes, SOLVER_UPDATE | SOLVER_SOLVABLE_ALL, 0); return;
        case Errand::distro_sync:
            queue_push2(&wishes, SOLVER_DISTUPGRADE | SOLVER_SOLVABLE_ALL, 0);
            return;
    }
}

/// As libdnf5 asks for names (libdnf5/base/goal.cpp, add_up_down_distrosync_to_goal): of each, one
/// of all that are offered. @pre the pool is prepared
void fill_best_of_names(s_Pool& pool, const std::vector<OnMachine>& packages, IdQueue& wishes) {
    std::set<std::string> names;
    for (const OnMachine& package : packages) names.insert(package.name);
    for (const std::string& name : names) {
        const ::Id name_id = pool_str2id(&pool, name.c_str(), 1);
        IdQueue offered;
        for (::Id id = 2; id < pool.nsolvables; ++id) {  // 0 and 1 are none
            const Solvable* solvable = pool_id2solvable(&pool, id);
            const bool is_offered = solvable->repo != nullptr && solvable->repo != pool.installed;
            if (is_offered && solvable->name == name_id) queue_push(&offered, id);
        }
        queue_push2(&wishes,
                    SOLVER_UPDATE | SOLVER_SOLVABLE_ONE_OF | SOLVER_TARGETED | SOLVER_FORCEBEST,
                    pool_queuetowhatprovides(&pool, &offered));
    }
}

/// As libdnf5 sets them up (libdnf5/rpm/solv/goal_private.cpp, init_solver).
OwnedSolver dnf_solver(s_Pool& pool) {
    OwnedSolver solver(solver_create(&pool));
    for (const int flag :
         {SOLVER_FLAG_ALLOW_VENDORCHANGE, SOLVER_FLAG_DUP_ALLOW_VENDORCHANGE,
          SOLVER_FLAG_KEEP_ORPHANS, SOLVER_FLAG_BEST_OBEY_POLICY, SOLVER_FLAG_YUM_OBSOLETES}) {
        solver_set_flag(solver.get(), flag, 1);
    }
    return solver;
}

std::vector<OnMachine> result_of(Solver* solver, const Pool& pool, const Origins& origins) {
    const std::unique_ptr<Transaction, decltype(&transaction_free)> transaction(
        solver_create_transaction(solver), &transaction_free);
    IdQueue ids;
    transaction_installedresult(transaction.get(), &ids);
    std::vector<OnMachine> packages;
    for (const ::Id id : ids) packages.push_back(on_machine(pool, id, origins));
    std::ranges::sort(packages, InOrder());
    return packages;
}

}  // namespace

std::string arch_policy_of(const Client& client) {
    std::string policy;
    if (client.level_aware) {
        for (const Level level : {Level::x86_64_v4, Level::x86_64_v3, Level::x86_64_v2}) {
            if (level <= client.level) policy += name_of(level) + ":";
        }
    }
    return policy + "x86_64:athlon:i686:i586:i486:i386";
}

std::string name_of(const Client& client) {
    return name_of(client.level) + (client.level_aware ? ", level-aware" : ", stock");
}

std::string name_of(Errand errand) {
    switch (errand) {
        case Errand::install: return "install";
        case Errand::upgrade: return "upgrade";
        case Errand::distro_sync: return "distro-sync";
    }
    return "";
}

Result<ClientRepo> read_client_repo(const std::string& name, const std::filesystem::path& primary) {
    Pool pool;
    if (auto added = pool.add_primary(name, primary); !added) return added.error();
    return ClientRepo{name, std::make_shared<const std::string>(pool.to_solv())};
}

std::vector<std::string> Machine::run(Errand errand,
                                      std::span<const ClientRepo> repos,
                                      std::span<const std::string> names) {
    return solve(errand, repos, names, false);
}

void Machine::install_what_goes(std::span<const ClientRepo> repos,
                                std::span<const std::string> names) {
    // Where even that is a problem, none of them goes with what is there.
    (void)solve(Errand::install, repos, names, true);
}

std::vector<std::string> Machine::solve(Errand errand,
                                        std::span<const ClientRepo> repos,
                                        std::span<const std::string> names,
                                        bool weakly) {
    Pool pool(arch_policy_of(client_));
    Origins origins;  // not of what prepare() adds
    load_installed(pool, seen_, packages_, origins);
    load_offered(pool, repos, origins);
    IdQueue wishes;
    const bool best = errand == Errand::upgrade && habits_.each_name_best;
    if (!best) fill_wishes(pool.raw(), errand, names, weakly, wishes);
    pool.prepare();
    if (best) fill_best_of_names(pool.raw(), packages_, wishes);
    const OwnedSolver solver = dnf_solver(pool.raw());
    solver_set_flag(solver.get(), SOLVER_FLAG_ALLOW_ARCHCHANGE, habits_.may_change_arch ? 1 : 0);
    if (solver_solve(solver.get(), &wishes) != 0) return problems_of(solver.get());
    packages_ = result_of(solver.get(), pool, origins);
    for (const ClientRepo& repo : repos) {
        if (std::ranges::find(seen_, repo.metadata, &ClientRepo::metadata) == seen_.end())
            seen_.push_back(repo);
    }
    return {};
}

}  // namespace terrace::solv
