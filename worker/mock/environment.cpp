#include "worker/mock/environment.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "common/os/child_process.hpp"

namespace terrace::worker {
namespace {

constexpr const char* kMarker = "TERRACE_WORKER_STATE";

bool is_number(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The process's environment as the kernel keeps it: entries that end in a NUL each.
std::string environment_of(const std::filesystem::path& process) {
    std::ifstream file(process / "environ", std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace

std::map<std::string, std::string> mock_environment(const MockUser& user) {
    std::map<std::string, std::string> environment = os::current_environment();
    // The log rules read what dnf and rpm say, so they must say it in English.
    environment["LC_ALL"] = "C.UTF-8";
    environment.erase("LANGUAGE");
    if (user.uid >= 0) environment["SUDO_UID"] = std::to_string(user.uid);
    environment[kMarker] = user.state.string();
    return environment;
}

void give_to_mock_user(const MockUser& user, const std::filesystem::path& directory) {
    if (user.uid < 0) return;
    if (::chown(directory.c_str(), static_cast<uid_t>(user.uid), static_cast<gid_t>(-1)) != 0) {
        throw std::system_error(errno, std::generic_category(),
                                "cannot give away " + directory.string());
    }
}

int kill_leftover_mocks(const MockUser& user) {
    const std::string entry = std::string(kMarker) + "=" + user.state.string() + '\0';
    int killed = 0;
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
        const std::string name = process.path().filename().string();
        if (!is_number(name) || name == std::to_string(::getpid())) continue;
        const std::string environment = environment_of(process.path());
        const std::size_t at = environment.find(entry);
        if (at == std::string::npos || (at > 0 && environment[at - 1] != '\0')) continue;
        if (::kill(static_cast<pid_t>(std::stol(name)), SIGKILL) == 0) ++killed;
    }
    return killed;
}

}  // namespace terrace::worker
