#include "tests/integration/store/test_database.hpp"

#include "common/os/files.hpp"
#include "scheduler/app/embedded_postgres.hpp"
#include "scheduler/store/connection.hpp"

namespace terrace::test {
namespace {

struct Server {
    os::TemporaryDirectory directory;
    scheduler::EmbeddedPostgres postgres{directory.path() / "postgres"};
};

const std::string& server_dsn() {
    static const Server server;
    return server.postgres.dsn();
}

}  // namespace

TestDatabase::TestDatabase() {
    static int last = 0;
    const std::string name = "test_" + std::to_string(++last);
    const auto connection = store::connect(server_dsn());
    pqxx::nontransaction tx(*connection);
    tx.exec("create database " + name);
    dsn_ = server_dsn() + " dbname=" + name;  // of a key that is there twice, the last value counts
}

std::string TestDatabase::ask(const std::string& sql) const {
    const auto connection = store::connect(dsn_);
    pqxx::nontransaction tx(*connection);
    const pqxx::result rows = tx.exec(sql);
    return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].as<std::string>();
}

void TestDatabase::end_sessions() const {
    ask("select count(pg_terminate_backend(pid)) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()");
}

}  // namespace terrace::test
