#include "scheduler/ingest/resolver.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "common/os/files.hpp"
#include "scheduler/ingest/resolution_cache.hpp"
#include "scheduler/ingest/sealed_file.hpp"
#include "scheduler/ingest/solv_cache.hpp"
#include "scheduler/ingest/source_solver.hpp"

namespace terrace::ingest {
namespace {

constexpr std::size_t kCacheFilesMax = 16;
constexpr std::size_t kSourcesAtOnce = 32;  ///< that a thread takes: few, so that all end together

/// A source package that is not in the cache.
struct OpenSource {
    std::string key;
    const core::SourcePackage* package = nullptr;
    Resolution resolution;
};

std::filesystem::path cache_file(const ResolveOptions& options) {
    os::Sha256 hash;
    for (const Primary& primary : options.repos) hash.update(primary.digest.hex + "\n");
    for (const std::string& name : options.base) hash.update(name + "\n");
    return options.cache_directory / (hash.finish().hex + ".resolutions");
}

std::vector<std::string> dependencies_of(const std::vector<OpenSource>& open) {
    std::set<std::string> all;  // in an order that does not depend on the threads
    for (const OpenSource& source : open) {
        all.insert(source.package->build_requires.begin(), source.package->build_requires.end());
    }
    return {all.begin(), all.end()};
}

/// The threads that solve, each with a pool of its own; the first failure ends all of them.
class SolverThreads {
public:
    SolverThreads(std::vector<OpenSource>& open,
                  const std::vector<SolvRepo>& repos,
                  const ResolveOptions& options)
        : open_(open), repos_(repos), options_(options), dependencies_(dependencies_of(open)) {}

    Result<void> run() {
        const std::size_t chunks = (open_.size() + kSourcesAtOnce - 1) / kSourcesAtOnce;
        const auto wanted = static_cast<std::size_t>(std::max(options_.threads, 1));
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 1; i < std::min(wanted, chunks); ++i) {
                threads.emplace_back([this] { work(); });
            }
            work();
        }
        if (exception_) std::rethrow_exception(exception_);
        if (error_) return *error_;
        return {};
    }

    const std::vector<std::string>& absent_base() const { return absent_base_; }

private:
    void work() {
        try {
            Result<SourceSolver> solver =
                SourceSolver::create(repos_, options_.base, dependencies_);
            if (!solver) return fail(solver.error());
            note_base(*solver);
            while (!failed_) {
                const std::size_t begin = next_.fetch_add(kSourcesAtOnce);
                if (begin >= open_.size()) return;
                const std::size_t end = std::min(begin + kSourcesAtOnce, open_.size());
                for (std::size_t i = begin; i < end; ++i) {
                    open_[i].resolution = solver->resolve(open_[i].package->build_requires);
                }
                report(end - begin);
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!exception_) exception_ = std::current_exception();
            failed_ = true;
        }
    }

    void fail(const Error& error) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = error;
        failed_ = true;
    }

    void note_base(const SourceSolver& solver) {
        const std::lock_guard lock(mutex_);
        absent_base_ = solver.absent_base();
    }

    void report(std::size_t count) {
        const std::lock_guard lock(mutex_);
        done_ += count;
        if (options_.progress) options_.progress(done_, open_.size());
    }

    std::vector<OpenSource>& open_;
    const std::vector<SolvRepo>& repos_;
    const ResolveOptions& options_;
    const std::vector<std::string> dependencies_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> failed_ = false;
    std::mutex mutex_;  ///< guards the members below
    std::size_t done_ = 0;
    std::optional<Error> error_;
    std::exception_ptr exception_;
    std::vector<std::string> absent_base_;
};

/// Fills in the resolutions of `open`, and the base packages that are not there.
Result<void> solve_open(std::vector<OpenSource>& open,
                        const ResolveOptions& options,
                        ResolutionCache& cache) {
    std::vector<SolvRepo> repos;
    for (const Primary& primary : options.repos) {
        Result<std::string> bytes = solv_of(primary, options.cache_directory);
        if (!bytes) return bytes.error();
        repos.push_back({primary.repo, std::move(*bytes)});
    }
    SolverThreads threads(open, repos, options);
    const Result<void> solved = threads.run();
    if (solved) cache.absent_base = threads.absent_base();
    return solved;
}

core::SourceDependencies row_of(const core::SourcePackage& package,
                                const Digest& seed,
                                const Resolution& resolution,
                                const std::map<std::string, SourcePackageId>& ids) {
    core::SourceDependencies row;
    row.source_package = package.id;
    row.seed = seed;
    std::map<SourcePackageId, const std::string*> code;
    for (const std::string& name : resolution.needs) {
        const auto found = ids.find(name);
        if (found == ids.end() || found->second == package.id) continue;
        row.needs.push_back(found->second);
        const auto reason = resolution.code_reasons.find(name);
        if (reason != resolution.code_reasons.end()) code.emplace(found->second, &reason->second);
    }
    std::ranges::sort(row.needs);
    for (const auto& [id, reason] : code) {
        row.code_needs.push_back(id);
        row.code_reasons.push_back(*reason);
    }
    row.buildroot_packages = resolution.buildroot_packages;
    row.problems = resolution.problems;
    return row;
}

}  // namespace

Result<ResolvedSources> resolve(const std::vector<core::SourcePackage>& packages,
                                const ResolveOptions& options) {
    const std::filesystem::path file = cache_file(options);
    ResolutionCache known = read_resolution_cache(file);
    std::vector<OpenSource> open;
    std::vector<std::string> keys;
    for (const core::SourcePackage& package : packages) {
        keys.push_back(resolution_key(package));
        if (!known.resolutions.contains(keys.back())) open.push_back({keys.back(), &package, {}});
    }
    if (!open.empty()) {
        const Result<void> solved = solve_open(open, options, known);
        if (!solved) return solved.error();
        for (OpenSource& source : open) {
            known.resolutions[source.key] = std::move(source.resolution);
        }
        // What is no longer asked for is dropped, so that the file cannot grow for ever.
        const std::set<std::string> asked(keys.begin(), keys.end());
        std::erase_if(known.resolutions,
                      [&](const auto& item) { return !asked.contains(item.first); });
        write_resolution_cache(file, known);
        remove_oldest(options.cache_directory, ".resolutions", kCacheFilesMax);
    }

    std::map<std::string, SourcePackageId> ids;
    for (const core::SourcePackage& package : packages) ids.emplace(package.name, package.id);
    ResolvedSources resolved;
    resolved.absent_base = known.absent_base;
    resolved.solved = open.size();
    for (std::size_t i = 0; i < packages.size(); ++i) {
        resolved.rows.push_back(
            row_of(packages[i], options.seed, known.resolutions.at(keys[i]), ids));
    }
    std::ranges::sort(resolved.rows, {}, &core::SourceDependencies::source_package);
    return resolved;
}

}  // namespace terrace::ingest
