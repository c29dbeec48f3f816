#include "common/solv/dependency.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/solv/libsolv.hpp"

namespace terrace::solv {
namespace {

constexpr std::string_view kSpaces = " \t";

/// "=", ">=", "<" ... as libsolv's flags; 0 if it is no operator.
int flags_of(std::string_view text) {
    using Operator = std::pair<std::string_view, int>;
    constexpr std::array<Operator, 6> kOperators = {
        Operator{"=", REL_EQ},           Operator{"==", REL_EQ}, Operator{"<", REL_LT},
        Operator{"<=", REL_LT | REL_EQ}, Operator{">", REL_GT},  Operator{">=", REL_GT | REL_EQ}};
    const auto* found = std::ranges::find(kOperators, text, &Operator::first);
    return found == kOperators.end() ? 0 : found->second;
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t begin = text.find_first_not_of(kSpaces); begin != std::string::npos;) {
        const std::size_t end = std::min(text.find_first_of(kSpaces, begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(kSpaces, end);
    }
    return words;
}

::Id id_of(s_Pool& pool, const std::string& text) {
    return pool_str2id(&pool, text.c_str(), 1);
}

std::optional<Dependency> dependency_of(::Id id) {
    return id == 0 ? std::nullopt : std::optional(Dependency{id});
}

/// A comparison of versions, not a combination of dependencies.
bool is_comparison(const Reldep& relation) {
    return relation.flags < 8;
}

/// Whether the list of its providers says all: not so for what depends on the rest of a solution.
bool is_plain(s_Pool& pool, ::Id id) {
    const std::optional<Reldep> relation = relation_of(pool, id);
    if (!relation) return true;
    if (is_comparison(*relation)) return is_plain(pool, relation->name);
    const bool is_set = relation->flags == REL_OR || relation->flags == REL_WITH ||
                        relation->flags == REL_WITHOUT || relation->flags == REL_ARCH;
    return is_set && is_plain(pool, relation->name) &&
           (relation->flags == REL_ARCH || is_plain(pool, relation->evr));
}

bool has_provider(s_Pool& pool, ::Id id) {
    return *pool_whatprovides_ptr(&pool, id) != 0;
}

class Satisfying {
public:
    Satisfying(s_Pool& pool, std::span<const Package> installed)
        : pool_(pool), installed_(installed) {}

    void collect(::Id id) {
        const std::optional<Reldep> relation = relation_of(pool_, id);
        if (!relation) return collect_providers(id, id);
        switch (relation->flags) {
            case REL_AND:
            case REL_OR: collect(relation->name); return collect(relation->evr);
            case REL_COND: return collect_conditional(*relation, true);
            case REL_UNLESS: return collect_conditional(*relation, false);
            default: return collect_providers(id, relation->name);
        }
    }

    std::vector<Package> take() {
        std::ranges::sort(found_);
        const auto twice = std::ranges::unique(found_);
        found_.erase(twice.begin(), twice.end());
        return std::move(found_);
    }

private:
    bool is_installed(::Id id) const { return std::ranges::binary_search(installed_, Package{id}); }

    /// "a if b", "a if b else c", "a unless b ...": the condition is the right side.
    void collect_conditional(const Reldep& relation, bool wanted) {
        ::Id condition = relation.evr;
        ::Id otherwise = 0;
        const std::optional<Reldep> right = relation_of(pool_, condition);
        if (right && right->flags == REL_ELSE) {
            condition = right->name;
            otherwise = right->evr;
        }
        Satisfying holds(pool_, installed_);
        holds.collect(condition);
        if (holds.found_.empty() != wanted) {
            collect(relation.name);
        } else if (otherwise != 0) {
            collect(otherwise);
        }
    }

    void collect_providers(::Id id, ::Id name) {
        const auto before = static_cast<std::ptrdiff_t>(found_.size());
        for (const ::Id* provider = pool_whatprovides_ptr(&pool_, id); *provider != 0; ++provider) {
            if (!is_installed(*provider)) continue;
            if (pool_id2solvable(&pool_, *provider)->name == name) {
                found_.erase(found_.begin() + before, found_.end());
                found_.push_back(Package{*provider});
                return;
            }
            found_.push_back(Package{*provider});
        }
    }

    s_Pool& pool_;
    std::span<const Package> installed_;
    std::vector<Package> found_;
};

}  // namespace

std::optional<Dependency> parse_dependency(Pool& pool, const std::string& text) {
    const std::vector<std::string> words = words_of(text);
    if (words.empty()) return std::nullopt;
    if (words[0].front() == '(') {
        return dependency_of(pool_parserpmrichdep(&pool.raw(), text.c_str()));
    }
    if (words.size() == 1) return dependency_of(id_of(pool.raw(), words[0]));
    const int flags = words.size() == 3 ? flags_of(words[1]) : 0;
    if (flags == 0) return std::nullopt;
    return dependency_of(pool_rel2id(&pool.raw(), id_of(pool.raw(), words[0]),
                                     id_of(pool.raw(), words[2]), flags, 1));
}

bool is_provided(Pool& pool, Dependency dependency) {
    const ::Id id = static_cast<::Id>(dependency);
    const std::optional<Reldep> relation = relation_of(pool.raw(), id);
    if (relation && relation->flags == REL_AND) {
        return is_provided(pool, Dependency{relation->name}) &&
               is_provided(pool, Dependency{relation->evr});
    }
    return !is_plain(pool.raw(), id) || has_provider(pool.raw(), id);
}

std::string describe_absence(Pool& pool, Dependency dependency) {
    s_Pool& raw = pool.raw();
    const ::Id id = static_cast<::Id>(dependency);
    std::string text = std::string("nothing provides ") + pool_dep2str(&raw, id);
    const std::optional<Reldep> relation = relation_of(raw, id);
    if (relation && relation->flags == REL_AND) {
        const bool has_left = is_provided(pool, Dependency{relation->name});
        return describe_absence(pool, Dependency{has_left ? relation->evr : relation->name});
    }
    if (!relation || !is_comparison(*relation)) return text;
    std::vector<std::string> others;
    for (const ::Id* provider = pool_whatprovides_ptr(&raw, relation->name); *provider != 0;
         ++provider) {
        others.push_back(pool.nevra(Package{*provider}));
    }
    constexpr std::size_t kShownMax = 3;
    for (std::size_t i = 0; i < std::min(others.size(), kShownMax); ++i) {
        text += (i == 0 ? ", only " : ", ") + others[i];
    }
    if (others.size() > kShownMax) text += " and others";
    return text;
}

std::vector<Package> satisfying(Pool& pool,
                                Dependency dependency,
                                std::span<const Package> installed) {
    Satisfying search(pool.raw(), installed);
    search.collect(static_cast<::Id>(dependency));
    return search.take();
}

}  // namespace terrace::solv
