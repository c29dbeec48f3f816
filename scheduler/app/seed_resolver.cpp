#include "scheduler/app/seed_resolver.hpp"

#include <exception>
#include <utility>

#include "common/runtime/log.hpp"
#include "scheduler/app/seed_metadata.hpp"
#include "scheduler/ingest/resolver.hpp"

namespace terrace::scheduler {

SeedResolver::SeedResolver(Options options)
    : options_(std::move(options)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

SeedResolver::~SeedResolver() {
    stop();
}

void SeedResolver::start(core::ResolveDependencies order,
                         std::vector<core::SourcePackage> packages,
                         Ended ended) {
    const std::lock_guard lock(mutex_);
    requests_.push_back({std::move(order), std::move(packages), std::move(ended)});
    wake_.notify_one();
}

void SeedResolver::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void SeedResolver::run(const std::stop_token& stop) {
    for (;;) {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [this] { return !requests_.empty(); })) return;
        if (stop.stop_requested()) return;
        const Request request = std::move(requests_.front());
        requests_.pop_front();
        lock.unlock();
        core::DependenciesResolved resolved = resolve(request);
        if (resolved.error.empty()) {
            runtime::log_info("dependencies_resolved", {{"package_set", resolved.package_set.value},
                                                        {"seed", resolved.seed.hex},
                                                        {"sources", resolved.rows.size()}});
        } else {
            runtime::log_warn("dependencies_not_resolved",
                              {{"package_set", resolved.package_set.value},
                               {"seed", resolved.seed.hex},
                               {"error", resolved.error}});
        }
        request.ended(std::move(resolved));
    }
}

core::DependenciesResolved SeedResolver::resolve(const Request& request) const {
    core::DependenciesResolved resolved;
    resolved.package_set = request.order.package_set;
    resolved.seed = request.order.seed.id;
    try {
        ingest::ResolveOptions options;
        options.seed = request.order.seed.id;
        options.base = options_.base;
        options.cache_directory = options_.cache;
        options.threads = options_.threads;
        for (const SeedRepo& repo : request.order.seed.repos) {
            Result<ingest::Primary> primary = fetch_primary(repo, options_.cache);
            if (!primary) {
                resolved.error = primary.error().message;
                return resolved;
            }
            primary->repo = repo.name;
            options.repos.push_back(std::move(*primary));
        }
        Result<ingest::ResolvedSources> sources = ingest::resolve(request.packages, options);
        if (sources) {
            resolved.rows = std::move(sources->rows);
        } else {
            resolved.error = sources.error().message;
        }
    } catch (const std::exception& e) {
        resolved.error = e.what();
    }
    return resolved;
}

}  // namespace terrace::scheduler
