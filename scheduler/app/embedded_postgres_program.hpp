#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"

namespace terrace::scheduler {

/// Where PostgreSQL's programs are on this machine: PATH first, then Debian's and Red Hat's
/// folders, newest first. Where `data` has a database already, only programs of its major version
/// count. Throws EmbeddedPostgresError.
std::filesystem::path find_postgres_programs(const std::filesystem::path& data);

/// To run one of them: none of our environment that could change what it does (PGDATA, LC_ALL,
/// ...).
os::ChildSpec postgres_command(std::vector<std::string> arguments);

/// Makes the data directory: UTF-8, order by byte, connections by our own user through a socket
/// only. A crash leaves all of it or nothing. Throws EmbeddedPostgresError.
void init_postgres_data(const std::filesystem::path& programs, const std::filesystem::path& data);

}  // namespace terrace::scheduler
