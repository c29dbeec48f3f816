#include "scheduler/app/embedded_postgres.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "common/os/files.hpp"
#include "common/runtime/log.hpp"
#include "scheduler/app/embedded_postgres_program.hpp"
#include "scheduler/app/embedded_postgres_server.hpp"
#include "scheduler/store/connection.hpp"

namespace terrace::scheduler {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kStartTimeout =
    10min;  // recovery after a crash replays what was written since a checkpoint

void refuse_root() {
    if (geteuid() != 0) return;
    throw EmbeddedPostgresError(
        "PostgreSQL refuses to run as root: start terrace-scheduler as an unprivileged user (with "
        "systemd: "
        "User=terrace), or name a PostgreSQL server in database.dsn.");
}

/// peer authentication: the database's user is the system's.
std::string user_name() {
    const passwd* entry = getpwuid(geteuid());
    if (entry == nullptr) {
        throw EmbeddedPostgresError("User number " + std::to_string(geteuid()) +
                                    " has no name, which PostgreSQL needs: add it to /etc/passwd.");
    }
    return entry->pw_name;
}

/// Ours until we end, however we end: two schedulers must not share a server that one of them will
/// stop.
os::UniqueFd lock(const fs::path& directory) {
    const fs::path path = directory / "lock";
    os::UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        throw std::system_error(errno, std::generic_category(), "cannot open " + path.string());
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    throw EmbeddedPostgresError("Another scheduler uses " + directory.string() + ".");
}

/// Quoted as libpq wants it.
std::string dsn_of(const fs::path& socket_directory, const std::string& database) {
    const auto quoted = [](const std::string& value) {
        std::string text = "'";
        for (const char c : value)
            text += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
        return text + "'";
    };
    return "host=" + quoted(socket_directory.string()) + " port=5432 user=" + quoted(user_name()) +
           " dbname=" + quoted(database);
}

/// The end of the server's log: why it did not start.
std::string end_of(const fs::path& log) {
    constexpr std::size_t kBytes = 1000;
    const std::string text = os::read_file(log, 1UL << 30U);
    return text.size() > kBytes ? text.substr(text.size() - kBytes) : text;
}

/// False if the server ended instead.
bool wait_until_it_answers(PostgresServer& server) {
    const std::string dsn = dsn_of(server.socket_directory(), "postgres");
    const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
    for (;;) {
        try {
            store::connect(dsn);
            return true;
        } catch (const pqxx::broken_connection& e) {
            if (server.has_ended()) return false;
            if (std::chrono::steady_clock::now() > deadline) {
                throw EmbeddedPostgresError(std::string("PostgreSQL does not answer: ") + e.what());
            }
        }
        std::this_thread::sleep_for(50ms);
    }
}

std::unique_ptr<PostgresServer> adopt_running(const fs::path& directory) {
    const auto running = find_running_postgres(directory / "data");
    if (!running) return nullptr;
    auto server = PostgresServer::adopt(*running);
    if (!server || !wait_until_it_answers(*server)) return nullptr;
    runtime::log_warn("postgres_adopted",
                      {{"pid", running->pid}, {"directory", directory.string()}});
    return server;
}

std::unique_ptr<PostgresServer> start(const fs::path& directory) {
    const fs::path programs = find_postgres_programs(directory / "data");
    if (!fs::exists(directory / "data")) init_postgres_data(programs, directory / "data");
    auto server = PostgresServer::start(programs, directory);
    if (!wait_until_it_answers(*server)) {
        throw EmbeddedPostgresError("PostgreSQL does not start: " +
                                    end_of(directory / "postgres.log"));
    }
    return server;
}

void make_database(const PostgresServer& server) {
    const auto connection = store::connect(dsn_of(server.socket_directory(), "postgres"));
    pqxx::nontransaction tx(*connection);
    if (!tx.exec("select 1 from pg_database where datname = 'terrace'").empty()) return;
    tx.exec("create database terrace");
}

}  // namespace

EmbeddedPostgres::EmbeddedPostgres(const fs::path& directory) {
    refuse_root();
    try {
        fs::create_directories(directory);
        fs::permissions(directory, fs::perms::owner_all);
        const fs::path home = fs::canonical(directory);
        lock_ = lock(home);
        server_ = adopt_running(home);
        if (!server_) server_ = start(home);
        make_database(*server_);
        dsn_ = dsn_of(server_->socket_directory(), "terrace");
    } catch (const EmbeddedPostgresError&) {
        throw;
    } catch (const std::exception& e) {
        throw EmbeddedPostgresError("The database in " + directory.string() +
                                    " failed: " + e.what());
    }
}

EmbeddedPostgres::~EmbeddedPostgres() = default;

}  // namespace terrace::scheduler
