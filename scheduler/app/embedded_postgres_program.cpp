#include "scheduler/app/embedded_postgres_program.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>

#include "common/os/files.hpp"
#include "scheduler/app/embedded_postgres.hpp"

namespace terrace::scheduler {
namespace {

namespace fs = std::filesystem;

bool has_programs(const fs::path& folder) {
    return access((folder / "postgres").c_str(), X_OK) == 0 &&
           access((folder / "initdb").c_str(), X_OK) == 0;
}

/// "/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin": by the number, highest first.
std::vector<fs::path> folders_by_version(const fs::path& parent, const std::string& prefix) {
    std::map<int, fs::path, std::greater<>> folders;
    std::error_code ignored;  // no such parent: no folders
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with(prefix)) continue;
        const int version = std::atoi(name.c_str() + prefix.size());
        if (version > 0) folders[version] = entry.path() / "bin";
    }
    std::vector<fs::path> sorted;
    for (const auto& [version, folder] : folders) sorted.push_back(folder);
    return sorted;
}

std::vector<fs::path> candidates() {
    std::vector<fs::path> folders;
    const char* path = std::getenv("PATH");
    std::istringstream path_parts(path != nullptr ? path : "");
    for (std::string folder; std::getline(path_parts, folder, ':');) {
        if (!folder.empty()) folders.emplace_back(folder);
    }
    std::ranges::copy(folders_by_version("/usr/lib/postgresql", ""), std::back_inserter(folders));
    std::ranges::copy(folders_by_version("/usr", "pgsql-"), std::back_inserter(folders));
    std::erase_if(folders, [](const fs::path& folder) { return !has_programs(folder); });
    return folders;
}

/// The 15 of "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"; 0 if it does not say.
int major_version(const fs::path& folder) {
    const auto run = os::run_captured(
        postgres_command({(folder / "postgres").string(), "--version"}), std::chrono::seconds(30));
    const auto found = run.output.find(") ");
    return run.exit_code == 0 && found != std::string::npos
               ? std::atoi(run.output.c_str() + found + 2)
               : 0;
}

std::optional<int> version_of_data(const fs::path& data) {
    if (!fs::exists(data / "PG_VERSION")) return std::nullopt;
    return std::atoi(os::read_file(data / "PG_VERSION").c_str());
}

}  // namespace

fs::path find_postgres_programs(const fs::path& data) {
    const std::vector<fs::path> folders = candidates();
    if (folders.empty()) {
        throw EmbeddedPostgresError(
            "PostgreSQL's server is not installed: install it (package postgresql on Debian, "
            "postgresql-server on Fedora), or name a server in database.dsn.");
    }
    const auto wanted = version_of_data(data);
    if (!wanted) return folders.front();
    const auto found = std::ranges::find_if(
        folders, [&](const fs::path& folder) { return major_version(folder) == *wanted; });
    if (found != folders.end()) return *found;
    throw EmbeddedPostgresError(data.string() + " was made by PostgreSQL " +
                                std::to_string(*wanted) +
                                ", which is not installed: install it, or convert the directory by "
                                "pg_upgrade.");
}

os::ChildSpec postgres_command(std::vector<std::string> arguments) {
    os::ChildSpec spec;
    spec.arguments = std::move(arguments);
    const char* path = std::getenv("PATH");
    spec.environment = {{"PATH", path != nullptr ? path : "/usr/bin:/bin"}, {"LC_ALL", "C"}};
    return spec;
}

void init_postgres_data(const fs::path& programs, const fs::path& data) {
    fs::path unfinished = data;
    unfinished += ".new";
    fs::remove_all(unfinished);  // of a run that was killed
    const auto run = os::run_captured(
        postgres_command({(programs / "initdb").string(), "--pgdata=" + unfinished.string(),
                          "--encoding=UTF8", "--locale=C", "--auth-local=peer",
                          "--auth-host=reject"}),
        std::chrono::minutes(10));
    if (run.exit_code != 0) {
        throw EmbeddedPostgresError("PostgreSQL's initdb failed: " + run.output);
    }
    fs::rename(unfinished, data);  // initdb has synced all below it
    os::sync_directory(data.parent_path());
}

}  // namespace terrace::scheduler
