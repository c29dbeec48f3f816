#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/store/pqxx_compat.hpp"

namespace terrace::bench {

/// The rival: the queue is a table, whoever wants a job takes one by SELECT ... FOR UPDATE SKIP
/// LOCKED, one job at a time, and every step is a transaction. It writes what the farm writes of a
/// build: the job, the attempt, the lease, the RPM.
class SqlQueue {
public:
    /// Makes the tables anew, with that many ready jobs, in the schema `rival`.
    SqlQueue(const std::string& dsn, int jobs, int workers, int connections);

    /// By all connections at once, until `cycles` jobs are done or `time_max` is over.
    /// @return cycles a second.
    double run(int cycles, std::chrono::seconds time_max);

private:
    const int workers_;
    std::vector<std::unique_ptr<pqxx::connection>> connections_;
};

}  // namespace terrace::bench
