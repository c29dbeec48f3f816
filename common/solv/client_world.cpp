#include "common/solv/client_world.hpp"

#include <cstddef>
#include <utility>

#include "common/solv/libsolv.hpp"

namespace terrace::solv {
namespace {

/// Calls `visit` with each plain or versioned part of a dependency: of "(a or b >= 2)" a and b
/// >= 2.
template <class Visit>
void for_each_part(const s_Pool& pool, ::Id dependency, Visit visit) {
    const std::optional<Reldep> relation = relation_of(pool, dependency);
    if (!relation || relation->flags < 8) {  // a name, or one compared with < = >
        visit(dependency);
        return;
    }
    switch (relation->flags) {
        case REL_AND:
        case REL_OR:
        case REL_COND:
        case REL_UNLESS:
        case REL_ELSE:
        case REL_WITH:
        case REL_WITHOUT:
            for_each_part(pool, relation->name, visit);
            for_each_part(pool, relation->evr, visit);
            return;
        default: visit(dependency);
    }
}

bool is_package(const Solvable& solvable) {
    return solvable.repo != nullptr && solvable.evr != ID_EMPTY;
}

using Ids = std::vector<::Id>;
using Lists = std::vector<Ids>;  // by the number of a package

Ids dependencies_of(Solvable& solvable, ::Id kind) {
    IdQueue ids;
    solvable_lookup_deparray(&solvable, kind, &ids, 0);
    Ids all;
    for (const ::Id id : ids) {
        if (id != SOLVABLE_PREREQMARKER) all.push_back(id);
    }
    return all;
}

/// The packages of these names, each marked.
Ids named(s_Pool& pool, const Names& names, std::vector<bool>& marked) {
    std::set<::Id> wanted;
    for (const std::string& name : names) {
        if (const ::Id id = pool_str2id(&pool, name.c_str(), 0)) wanted.insert(id);
    }
    Ids found;
    for (::Id id = 2; id < pool.nsolvables; ++id) {
        const Solvable& solvable = *pool_id2solvable(&pool, id);
        if (!is_package(solvable) || !wanted.contains(solvable.name)) continue;
        marked.at(static_cast<std::size_t>(id)) = true;
        found.push_back(id);
    }
    return found;
}

Names names_of(s_Pool& pool, const std::vector<bool>& marked) {
    Names names;
    for (::Id id = 2; id < pool.nsolvables; ++id) {
        if (marked.at(static_cast<std::size_t>(id)))
            names.insert(pool_id2str(&pool, pool_id2solvable(&pool, id)->name));
    }
    return names;
}

/// Marks all that the lists lead to from `open`.
void follow(const Lists& lists, Ids open, std::vector<bool>& marked) {
    while (!open.empty()) {
        const ::Id id = open.back();
        open.pop_back();
        for (const ::Id next : lists.at(static_cast<std::size_t>(id))) {
            if (marked.at(static_cast<std::size_t>(next))) continue;
            marked.at(static_cast<std::size_t>(next)) = true;
            open.push_back(next);
        }
    }
}

}  // namespace

/// Who could satisfy or be hit by what a package says, both ways.
struct ClientWorld::Edges {
    Lists needs;      ///< providers of its Requires; what may replace it; others of its name
    Lists needed_by;  ///< the reverse of the first
    Lists quarrels;   ///< whom it conflicts with or obsoletes, and who does so with it
};

Versions versions_of(const ClientRepo& repo) {
    Pool pool;
    pool.add_solv(repo.name, *repo.metadata).value();
    Versions versions;
    for (const Package package : pool.packages())
        versions[pool.name(package)].insert(pool.nevra(package) + " " + pool.sha256(package));
    return versions;
}

ClientWorld::ClientWorld(const Client& client, std::span<const ClientRepo> repos)
    : pool_(arch_policy_of(client)), repos_(repos.begin(), repos.end()) {
    for (const ClientRepo& repo : repos_) pool_.add_solv(repo.name, *repo.metadata).value();
    pool_.prepare();
}

ClientWorld::~ClientWorld() = default;

const ClientWorld::Edges& ClientWorld::edges() {
    if (edges_) return *edges_;
    s_Pool& pool = pool_.raw();
    const auto count = static_cast<std::size_t>(pool.nsolvables);
    Edges edges{Lists(count), Lists(count), Lists(count)};
    std::map<::Id, Ids> of_name;
    for (::Id id = 2; id < pool.nsolvables; ++id) {
        const Solvable& solvable = *pool_id2solvable(&pool, id);
        if (is_package(solvable)) of_name[solvable.name].push_back(id);
    }
    const auto each_provider = [&](::Id dependency, auto visit) {
        for_each_part(pool, dependency, [&](::Id part) {
            const ::Id* provider = pool_whatprovides_ptr(&pool, part);
            for (; *provider != 0; ++provider) {
                if (*provider != SYSTEMSOLVABLE) visit(*provider);
            }
        });
    };
    for (::Id id = 2; id < pool.nsolvables; ++id) {
        Solvable& solvable = *pool_id2solvable(&pool, id);
        if (!is_package(solvable)) continue;
        const auto at = static_cast<std::size_t>(id);
        for (const ::Id dependency : dependencies_of(solvable, SOLVABLE_REQUIRES)) {
            each_provider(dependency, [&](::Id provider) {
                edges.needs[at].push_back(provider);
                edges.needed_by[static_cast<std::size_t>(provider)].push_back(id);
            });
        }
        const auto quarrel = [&](::Id with) {
            edges.quarrels[at].push_back(with);
            edges.quarrels[static_cast<std::size_t>(with)].push_back(id);
        };
        for (const ::Id dependency : dependencies_of(solvable, SOLVABLE_CONFLICTS))
            each_provider(dependency, quarrel);
        for (const ::Id dependency : dependencies_of(solvable, SOLVABLE_OBSOLETES)) {
            const std::optional<Reldep> relation = relation_of(pool, dependency);
            const auto replaced = of_name.find(relation ? relation->name : dependency);
            if (replaced == of_name.end()) continue;
            for (const ::Id other : replaced->second) {
                quarrel(other);
                edges.needs[static_cast<std::size_t>(other)].push_back(id);
            }
        }
    }
    // One name is one choice: who may have one of its packages may have another.
    for (const auto& [name, ids] : of_name) {
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            edges.needs[static_cast<std::size_t>(ids[i])].push_back(ids[i + 1]);
            edges.needs[static_cast<std::size_t>(ids[i + 1])].push_back(ids[i]);
        }
    }
    edges_ = std::make_unique<const Edges>(std::move(edges));
    return *edges_;
}

Names ClientWorld::affected_by(const Names& changed) {
    s_Pool& pool = pool_.raw();
    const Edges& found = edges();
    std::vector<bool> marked(static_cast<std::size_t>(pool.nsolvables));
    const Ids first = named(pool, changed, marked);
    follow(found.needed_by, first, marked);
    for (const ::Id id : first) {
        for (const ::Id other : found.quarrels.at(static_cast<std::size_t>(id)))
            marked.at(static_cast<std::size_t>(other)) = true;
    }
    Names names = names_of(pool, marked);
    names.insert(changed.begin(), changed.end());
    return names;
}

Names ClientWorld::reach_of(const Names& names) {
    s_Pool& pool = pool_.raw();
    std::vector<bool> marked(static_cast<std::size_t>(pool.nsolvables));
    const Ids first = named(pool, names, marked);
    follow(edges().needs, first, marked);
    Names reached = names_of(pool, marked);
    reached.insert(names.begin(), names.end());
    return reached;
}

std::vector<ClientRepo> ClientWorld::narrowed_to(const Names& names) && {
    s_Pool* pool = &pool_.raw();  // the name that libsolv's macros take
    std::vector<bool> kept(static_cast<std::size_t>(pool->nsolvables));
    named(*pool, names, kept);
    int number = 0;
    s_Repo* repo = nullptr;
    std::vector<ClientRepo> narrowed;
    FOR_REPOS(number, repo) {
        const auto index = narrowed.size();
        if (index == repos_.size()) break;  // what prepare() has added
        ::Id id = 0;
        Solvable* solvable = nullptr;
        std::vector<::Id> dropped;
        FOR_REPO_SOLVABLES(repo, id, solvable) {
            if (!kept.at(static_cast<std::size_t>(id))) dropped.push_back(id);
        }
        for (const ::Id unwanted : dropped) repo_free_solvable(repo, unwanted, 0);
        narrowed.push_back(repos_[index]);
        narrowed.back().metadata = std::make_shared<const std::string>(solv_bytes(repo));
    }
    return narrowed;
}

}  // namespace terrace::solv
