#pragma once

#include <memory>
#include <string>

#include "scheduler/store/pqxx_compat.hpp"

namespace terrace::store {

/// A connection that stays lost once it is lost: whoever holds it drops it after any exception.
/// `dsn` is libpq's: "host=/run/postgresql dbname=terrace" or a URI.
std::unique_ptr<pqxx::connection> connect(const std::string& dsn);

/// What every transaction begins with. Set for the transaction and not for the session, so that a
/// connection pooler between us and the server does no harm.
void begin(pqxx::transaction_base& tx, int statement_timeout_seconds, const std::string& mode = "");

}  // namespace terrace::store
