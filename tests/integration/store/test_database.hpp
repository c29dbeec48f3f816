#pragma once

#include <boost/json.hpp>
#include <string>

namespace terrace::test {

/// A new, empty database of a server that lives as long as the program.
class TestDatabase {
public:
    TestDatabase();
    const std::string& dsn() const { return dsn_; }

    /// The first column of the first row, by a connection of its own; "" if there is no row or it
    /// is null.
    std::string ask(const std::string& sql) const;
    /// Ends every other session, as a restart of the server would.
    void end_sessions() const;

private:
    std::string dsn_;
};

}  // namespace terrace::test
