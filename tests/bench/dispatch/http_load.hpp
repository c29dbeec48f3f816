#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace terrace::bench {

struct HttpLoad {
    std::string url;
    int workers = 2000;  ///< that are registered: 1, 2, ..., and idle
    int connections = 64;
    int leases_per_second = 1000;
    std::chrono::seconds time{10};
};

/// Asks for leases at fixed times, whatever became of those before, and reports each build finished
/// as soon as it is leased. @return how long each lease took, in milliseconds, from the time when
/// it was due: a request that had to wait for its connection counts as late.
std::vector<double> lease_times(const HttpLoad& load);

}  // namespace terrace::bench
