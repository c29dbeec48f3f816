#include "scheduler/store/connection.hpp"

namespace terrace::store {

std::unique_ptr<pqxx::connection> connect(const std::string& dsn) {
    auto connection = std::make_unique<pqxx::connection>(dsn);
    compat::forbid_reconnection(*connection);
    return connection;
}

void begin(pqxx::transaction_base& tx, int statement_timeout_seconds, const std::string& mode) {
    // `set transaction` comes first: after any other statement it is too late.
    compat::exec_script(tx, (mode.empty() ? "" : "set transaction " + mode + ";") +
                                "set local timezone = 'UTC';"
                                "set local client_min_messages = warning;"
                                "set local statement_timeout = '" +
                                std::to_string(statement_timeout_seconds) + "s'");
}

}  // namespace terrace::store
