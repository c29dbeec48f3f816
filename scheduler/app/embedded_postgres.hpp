#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "common/os/unique_fd.hpp"

namespace terrace::scheduler {

/// The database server cannot be had; the message says what to do.
struct EmbeddedPostgresError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class PostgresServer;

/// A PostgreSQL server of our own, for farms whose operator names none: data, log and socket are in
/// one directory, only our own user can connect, and it ends with us. If we were killed, its server
/// went on alone; it is then taken over.
class EmbeddedPostgres {
public:
    /// Makes the data directory at the first start, starts the server, waits until it answers and
    /// makes the database. Blocks; a recovery after a crash may take minutes. Throws
    /// EmbeddedPostgresError.
    explicit EmbeddedPostgres(const std::filesystem::path& directory);
    /// Stops the server: sessions are ended, everything committed is kept.
    ~EmbeddedPostgres();
    EmbeddedPostgres(const EmbeddedPostgres&) = delete;
    EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

    const std::string& dsn() const { return dsn_; }

private:
    os::UniqueFd lock_;  ///< released last: the directory has one owner
    std::unique_ptr<PostgresServer> server_;
    std::string dsn_;
};

}  // namespace terrace::scheduler
