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
#include "common/os/sealed_file.hpp"
#include "scheduler/ingest/resolution_cache.hpp"
#include "scheduler/ingest/solv_cache.hpp"
#include "scheduler/ingest/source_solver.hpp"

namespace terrace::ingest {
namespace {

constexpr std::size_t kCacheFilesMax = 16;
constexpr std::size_t kChunk =
    32;  ///< what a thread takes at once: little, so that all end together

using Texts = std::vector<std::string>;

/// Something that is not in the cache.
struct OpenResolution {
    std::string key;
    Texts build_requires;
    Resolution resolution;
};

std::filesystem::path cache_file(const ResolveOptions& options) {
    os::Sha256 hash;
    for (const Primary& primary : options.repos) hash.update(primary.digest.hex + "\n");
    for (const std::string& name : options.base) hash.update(name + "\n");
    return options.cache_directory / (hash.finish().hex + ".resolutions");
}

/// In an order that depends on nothing else: neither the packages' nor the threads'.
Texts dependencies_of(const std::vector<OpenResolution>& open) {
    std::set<std::string> all;
    for (const OpenResolution& one : open) {
        all.insert(one.build_requires.begin(), one.build_requires.end());
    }
    return {all.begin(), all.end()};
}

/// The threads that solve, each with a pool of its own; the first failure ends all of them.
class SolverThreads {
public:
    SolverThreads(std::vector<OpenResolution>& open,
                  const std::vector<SolvRepo>& repos,
                  const ResolveOptions& options)
        : open_(open), repos_(repos), options_(options), dependencies_(dependencies_of(open)) {}

    Result<void> run() {
        const std::size_t chunks = (open_.size() + kChunk - 1) / kChunk;
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

    const Texts& absent_base() const { return absent_base_; }

private:
    void work() {
        try {
            Result<SourceSolver> solver =
                SourceSolver::create(repos_, options_.base, dependencies_);
            if (!solver) return fail(solver.error());
            note_base(*solver);
            while (!failed_) {
                const std::size_t begin = next_.fetch_add(kChunk);
                if (begin >= open_.size()) return;
                const std::size_t end = std::min(begin + kChunk, open_.size());
                for (std::size_t i = begin; i < end; ++i) {
                    open_[i].resolution = solver->resolve(open_[i].build_requires);
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

    std::vector<OpenResolution>& open_;
    const std::vector<SolvRepo>& repos_;
    const ResolveOptions& options_;
    const Texts dependencies_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> failed_ = false;
    std::mutex mutex_;  ///< guards the members below
    std::size_t done_ = 0;
    std::optional<Error> error_;
    std::exception_ptr exception_;
    Texts absent_base_;
};

/// Solves what the cache does not have, and keeps it there and in its file.
Result<void> solve_open(std::vector<OpenResolution> open,
                        const std::filesystem::path& file,
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
    if (!solved) return solved.error();
    cache.absent_base = threads.absent_base();
    for (OpenResolution& one : open) cache.resolutions[one.key] = std::move(one.resolution);
    write_resolution_cache(file, cache);
    os::remove_oldest(options.cache_directory, ".resolutions", kCacheFilesMax);
    return {};
}

Texts sorted_uniquely(const Texts& texts) {
    const std::set<std::string> sorted(texts.begin(), texts.end());
    return {sorted.begin(), sorted.end()};
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
    std::map<std::string, Texts> asked;  // BuildRequires by key
    Texts keys;                          // of each package
    for (const core::SourcePackage& package : packages) {
        Texts build_requires = sorted_uniquely(package.build_requires);
        keys.push_back(resolution_key(build_requires));
        asked.emplace(keys.back(), std::move(build_requires));
    }
    // What is no longer asked for is dropped, so that the file cannot grow for ever.
    std::erase_if(known.resolutions, [&](const auto& one) { return !asked.contains(one.first); });
    std::vector<OpenResolution> open;
    for (auto& [key, build_requires] : asked) {
        if (!known.resolutions.contains(key)) open.push_back({key, std::move(build_requires), {}});
    }
    const std::size_t solved_count = open.size();
    if (!open.empty()) {
        const Result<void> solved = solve_open(std::move(open), file, options, known);
        if (!solved) return solved.error();
    }

    std::map<std::string, SourcePackageId> ids;
    for (const core::SourcePackage& package : packages) ids.emplace(package.name, package.id);
    ResolvedSources resolved;
    resolved.absent_base = known.absent_base;
    resolved.solved = solved_count;
    for (std::size_t i = 0; i < packages.size(); ++i) {
        resolved.rows.push_back(
            row_of(packages[i], options.seed, known.resolutions.at(keys[i]), ids));
    }
    std::ranges::sort(resolved.rows, {}, &core::SourceDependencies::source_package);
    return resolved;
}

}  // namespace terrace::ingest
