#include "scheduler/ingest/source_solver.hpp"

#include <algorithm>
#include <cstddef>

#include "common/solv/dependency.hpp"
#include "common/solv/solve.hpp"
#include "scheduler/ingest/code_intake.hpp"

namespace terrace::ingest {
namespace {

void sort_uniquely(std::vector<std::string>& texts) {
    std::ranges::sort(texts);
    const auto twice = std::ranges::unique(texts);
    texts.erase(twice.begin(), twice.end());
}

}  // namespace

SourceSolver::SourceSolver(solv::Pool pool, std::vector<solv::Dependency> base)
    : pool_(std::move(pool)), base_(std::move(base)) {}

Result<SourceSolver> SourceSolver::create(const std::vector<SolvRepo>& repos,
                                          const std::vector<std::string>& base,
                                          const std::vector<std::string>& dependencies) {
    solv::Pool pool;
    for (const SolvRepo& repo : repos) {
        const Result<void> added = pool.add_solv(repo.name, repo.bytes);
        if (!added) return added.error();
    }
    std::vector<solv::Dependency> asked;
    for (const std::vector<std::string>* texts : {&base, &dependencies}) {
        for (const std::string& text : *texts) {
            if (const auto parsed = solv::parse_dependency(pool, text)) asked.push_back(*parsed);
        }
    }
    pool.prepare(asked);

    std::vector<solv::Dependency> present;
    std::vector<std::string> absent;
    for (const std::string& text : base) {
        const auto parsed = solv::parse_dependency(pool, text);
        if (parsed && solv::is_provided(pool, *parsed)) {
            present.push_back(*parsed);
        } else {
            absent.push_back(text);
        }
    }
    SourceSolver solver(std::move(pool), std::move(present));
    solver.absent_base_ = std::move(absent);
    return solver;
}

Resolution SourceSolver::resolve(const std::vector<std::string>& build_requires) {
    Resolution resolution;
    const std::vector<Wish> wishes = possible_wishes(build_requires, resolution.problems);
    std::vector<solv::Dependency> wanted = base_;
    for (const Wish& wish : wishes) wanted.push_back(wish.dependency);
    solv::Solution solution = solv::solve(pool_, wanted);
    std::ranges::move(solution.problems, std::back_inserter(resolution.problems));
    if (resolution.problems.empty()) {
        resolution.buildroot_packages = static_cast<int>(solution.installed.size());
    }
    for (const Wish& wish : wishes) note_needs(wish, solution.installed, resolution);
    sort_uniquely(resolution.needs);
    return resolution;
}

std::vector<SourceSolver::Wish> SourceSolver::possible_wishes(
    const std::vector<std::string>& build_requires, std::vector<std::string>& problems) {
    std::vector<Wish> wishes;
    for (const std::string& text : build_requires) {
        const std::optional<solv::Dependency> parsed = solv::parse_dependency(pool_, text);
        std::string problem;
        if (!parsed) {
            problem = "BuildRequires " + text + ": this is no dependency that rpm knows.";
        } else if (!solv::is_provided(pool_, *parsed)) {
            problem = "BuildRequires " + text + ": " + solv::describe_absence(pool_, *parsed) + ".";
        } else {
            wishes.push_back({*parsed, text});
            continue;
        }
        if (std::ranges::find(problems, problem) == problems.end()) problems.push_back(problem);
    }
    return wishes;
}

void SourceSolver::note_needs(const Wish& wish,
                              const std::vector<solv::Package>& installed,
                              Resolution& resolution) {
    for (const solv::Package package : solv::satisfying(pool_, wish.dependency, installed)) {
        const Facts& facts = facts_of(package);
        if (facts.source.empty()) continue;
        resolution.needs.push_back(facts.source);
        if (resolution.code_reasons.contains(facts.source)) continue;
        std::string reason = code_reason(wish.text, pool_.name(package), facts.provides);
        if (!reason.empty()) resolution.code_reasons.emplace(facts.source, std::move(reason));
    }
}

const SourceSolver::Facts& SourceSolver::facts_of(solv::Package package) {
    const auto number = static_cast<std::size_t>(package);
    if (facts_.size() <= number) facts_.resize(number + 1);
    if (!facts_[number]) {
        facts_[number] = Facts{pool_.source_name(package), pool_.provided_names(package)};
        // Most packages have none of those that matter, and some have thousands of others.
        std::erase_if(facts_[number]->provides, [](const std::string& name) {
            return name.find("-static") == std::string::npos;
        });
    }
    return *facts_[number];
}

}  // namespace terrace::ingest
