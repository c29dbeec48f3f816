#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "scheduler/store/pqxx_compat.hpp"

namespace terrace::store {

struct Migration {
    int number = 0;
    std::string name;
    std::string sql;
};

/// The files of scheduler/store/migrations, in order of their numbers.
const std::vector<Migration>& embedded_migrations();

/// The database's schema is not one that this program can bring up to date. An operator must act.
struct MigrationError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Applies what is missing, each in a transaction of its own that also records it in
/// schema_migration with its checksum. Two schedulers that start at once take turns. Throws
/// MigrationError when an applied migration is not the one that this program knows or the database
/// is newer than the program.
void migrate(pqxx::connection& connection,
             const std::vector<Migration>& migrations = embedded_migrations());

}  // namespace terrace::store
