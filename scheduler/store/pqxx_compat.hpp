#pragma once

#include <pqxx/pqxx>
#include <string>
#include <utility>

/// The only file that knows versions of libpqxx: what the farm needs of it, alike on 6.4 and 7.
namespace terrace::store::compat {

/// Several statements at once, without parameters.
inline void exec_script(pqxx::transaction_base& tx, const std::string& sql) {
    tx.exec(sql);
}

/// One statement; $1, $2 ... are bound to `parameters`.
template <class... Parameters>
pqxx::result exec(pqxx::transaction_base& tx,
                  const std::string& sql,
                  const Parameters&... parameters) {
    if constexpr (sizeof...(Parameters) == 0) {
        return tx.exec(sql);
    } else {
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
        return tx.exec(sql, pqxx::params{parameters...});
#else
        return tx.exec_params(sql, parameters...);
#endif
    }
}

/// The statement that was prepared under this name; $1, $2 ... are bound to `parameters`.
template <class... Parameters>
pqxx::result exec_prepared(pqxx::transaction_base& tx,
                           const std::string& name,
                           const Parameters&... parameters) {
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
    return tx.exec(pqxx::prepped{name}, pqxx::params{parameters...});
#else
    return tx.exec_prepared(name, parameters...);
#endif
}

/// libpqxx 6 reconnects by itself, sometimes, and hides what was lost with the session. Never: we
/// make a new connection ourselves.
inline void forbid_reconnection([[maybe_unused]] pqxx::connection& connection) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

}  // namespace terrace::store::compat
