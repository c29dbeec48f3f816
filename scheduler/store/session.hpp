#pragma once

#include <memory>
#include <set>
#include <string>

#include "scheduler/store/connection.hpp"

namespace terrace::store {

/// A connection and the statements that were prepared on it: they are lost together. A
/// connection pooler in between must know prepared statements, or keep the session for us.
class Session {
public:
    explicit Session(const std::string& dsn) : connection_(connect(dsn)) {}

    pqxx::connection& connection() { return *connection_; }

    /// True once for each name: whoever asks prepares the statement, which is then read and planned
    /// when the session runs it first.
    bool is_new_here(const std::string& name) { return prepared_.insert(name).second; }

private:
    std::unique_ptr<pqxx::connection> connection_;
    std::set<std::string> prepared_;
};

}  // namespace terrace::store
