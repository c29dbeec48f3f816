#include "scheduler/app/embedded_postgres.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/os/files.hpp"
#include "scheduler/app/embedded_postgres_server.hpp"
#include "scheduler/store/connection.hpp"

using namespace terrace;
using scheduler::EmbeddedPostgres;
using scheduler::EmbeddedPostgresError;
namespace fs = std::filesystem;

namespace {

std::string ask(const std::string& dsn, const std::string& sql) {
    const auto connection = store::connect(dsn);
    pqxx::nontransaction tx(*connection);
    const pqxx::result rows = tx.exec(sql);
    return rows.empty() ? "" : rows[0][0].as<std::string>();
}

/// A directory whose server has been started once. (initdb takes seconds, a copy of what it made
/// does not.)
class UsedDirectory {
public:
    UsedDirectory() {
        static const UsedDirectory original(0);
        fs::copy(original.path(), path(), fs::copy_options::recursive);
    }
    const fs::path& path() const { return directory_.path(); }

private:
    explicit UsedDirectory(int) { const EmbeddedPostgres postgres(path()); }

    os::TemporaryDirectory directory_;
};

/// As a scheduler that is killed: nothing of it runs to its end, its server goes on.
void start_and_be_killed(const fs::path& directory) {
    const pid_t child = fork();
    if (child == 0) {
        new EmbeddedPostgres(directory);
        kill(getpid(), SIGKILL);
    }
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("the server starts, keeps its data over a restart, and ends with its owner") {
    const os::TemporaryDirectory parent;
    const fs::path directory = parent.path() / "state" / "postgres";
    {
        const EmbeddedPostgres postgres(directory);
        CHECK(ask(postgres.dsn(), "select current_database()") == "terrace");
        CHECK(ask(postgres.dsn(), "show server_encoding") == "UTF8");
        CHECK(ask(postgres.dsn(), "show listen_addresses").empty());
        ask(postgres.dsn(), "create table kept (id bigint)");
        CHECK(scheduler::find_running_postgres(directory / "data"));
    }
    CHECK_FALSE(scheduler::find_running_postgres(directory / "data"));
    CHECK_FALSE(fs::exists(directory / "data" / "postmaster.pid"));
    const EmbeddedPostgres again(directory);
    CHECK(ask(again.dsn(), "select count(*) from kept") == "0");
}

TEST_CASE("sessions that are open do not keep the server from ending") {
    const UsedDirectory parent;
    std::unique_ptr<pqxx::connection> session;
    {
        const EmbeddedPostgres postgres(parent.path());
        session = store::connect(postgres.dsn());
    }
    CHECK_FALSE(scheduler::find_running_postgres(parent.path() / "data"));
}

TEST_CASE("the server of a scheduler that was killed is taken over and then ended") {
    const UsedDirectory parent;
    start_and_be_killed(parent.path());
    const auto orphan = scheduler::find_running_postgres(parent.path() / "data");
    REQUIRE(orphan);
    {
        const EmbeddedPostgres postgres(parent.path());
        CHECK(scheduler::find_running_postgres(parent.path() / "data")->pid == orphan->pid);
        CHECK(ask(postgres.dsn(), "select current_database()") == "terrace");
    }
    CHECK_FALSE(scheduler::find_running_postgres(parent.path() / "data"));
}

TEST_CASE("a second scheduler cannot have the same directory") {
    const UsedDirectory parent;
    const EmbeddedPostgres first(parent.path());
    CHECK_THROWS_WITH_AS(EmbeddedPostgres(parent.path()), doctest::Contains("Another scheduler"),
                         EmbeddedPostgresError);
    CHECK(ask(first.dsn(), "select 1") == "1");
}

TEST_CASE("a directory too deep for a socket gets its socket elsewhere") {
    const os::TemporaryDirectory parent;
    const fs::path directory = parent.path() / std::string(90, 'd') / "it's \\ deep";
    const EmbeddedPostgres postgres(directory);
    CHECK(ask(postgres.dsn(), "select 1") == "1");
    CHECK(postgres.dsn().size() < 107 + 60);
}

TEST_CASE("an initdb that was killed half-way is done again") {
    const os::TemporaryDirectory parent;
    fs::create_directories(parent.path() / "data.new" / "base");
    const EmbeddedPostgres postgres(parent.path());
    CHECK(ask(postgres.dsn(), "select 1") == "1");
    CHECK_FALSE(fs::exists(parent.path() / "data.new"));
}

TEST_CASE("data of a version that is not installed is an error that says so") {
    const os::TemporaryDirectory parent;
    fs::create_directory(parent.path() / "data");
    os::write_file_atomically(parent.path() / "data" / "PG_VERSION", "8.1\n");
    CHECK_THROWS_WITH_AS(EmbeddedPostgres(parent.path()), doctest::Contains("PostgreSQL 8,"),
                         EmbeddedPostgresError);
}

TEST_CASE("a server that does not start says why") {
    const UsedDirectory parent;
    os::write_file_atomically(parent.path() / "data" / "postgresql.conf", "no_such_setting = 1\n");
    CHECK_THROWS_WITH_AS(EmbeddedPostgres(parent.path()), doctest::Contains("no_such_setting"),
                         EmbeddedPostgresError);
}
