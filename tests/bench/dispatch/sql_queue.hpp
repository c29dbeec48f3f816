#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/store/pqxx_compat.hpp"

namespace terrace::bench {

/// The rival: the table of builds is the queue, whoever wants a build takes one by SELECT ... FOR
/// UPDATE SKIP LOCKED, one at a time, and every lease and every finish is a transaction. It writes
/// what the farm writes: build, attempt, lease, RPM and what the build took. Its queue being the
/// table of builds, it must also mark a leased one there.
class SqlQueue {
public:
    enum class Tables {
        checked,  ///< the farm's, each row with its checks, foreign and unique keys
        bare      ///< the same columns with the keys alone, promising nothing
    };

    /// @pre `dsn` is a database that prepare_rival() made
    SqlQueue(const std::string& dsn, Tables tables, int workers, int connections);

    /// By all connections at once, until `cycles` builds are done or `time_max` is over.
    /// @return cycles a second.
    double run(int cycles, std::chrono::seconds time_max);

private:
    const int workers_;
    std::vector<std::unique_ptr<pqxx::connection>> connections_;
};

/// Makes both kinds of tables out of a farm's database that the engine has filled and left.
void prepare_rival(const std::string& dsn);

}  // namespace terrace::bench
