#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "scheduler/engine/ports.hpp"

namespace terrace::scheduler {

/// Resolves package sets against the frozen repos of a seed, one after the other on a thread of its
/// own: fetches their metadata into the cache, checks that it is still the seed's, and solves.
class SeedResolver final : public engine::Resolver {
public:
    struct Options {
        std::filesystem::path cache;
        std::vector<std::string> base;  ///< what every buildroot installs first
        int threads = 2;
    };
    explicit SeedResolver(Options options);
    /// stop()
    ~SeedResolver() override;
    SeedResolver(const SeedResolver&) = delete;
    SeedResolver& operator=(const SeedResolver&) = delete;

    /// From any thread. `ended` is called on the resolver's thread and must not throw.
    void start(core::ResolveDependencies order,
               std::vector<core::SourcePackage> packages,
               Ended ended) override;

    /// Drops what waits, lets what runs end, and joins: `ended` is not called after it.
    /// @pre no start() after it
    void stop();

private:
    struct Request {
        core::ResolveDependencies order;
        std::vector<core::SourcePackage> packages;
        Ended ended;
    };
    void run(const std::stop_token& stop);
    core::DependenciesResolved resolve(const Request& request) const;

    const Options options_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Request> requests_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace terrace::scheduler
