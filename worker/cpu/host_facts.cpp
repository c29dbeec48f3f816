#include "worker/cpu/host_facts.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include "common/os/child_process.hpp"

namespace terrace::worker {
namespace {

constexpr std::chrono::seconds kVersionTimeout{20};

/// Whole text of a small file of /proc or /etc; empty if there is none.
std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

std::string host_id() {
    // An image that was never booted has the line "uninitialized", the same one on every host.
    const std::string id = first_line(text_of("/etc/machine-id"));
    if (!id.empty() && id != "uninitialized") return id;
    return first_line(text_of("/proc/sys/kernel/random/boot_id"));
}

}  // namespace

std::string cpuinfo_value(const std::string& text, const std::string& key) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || line.compare(0, key.size(), key) != 0) continue;
        if (line.find_first_not_of(" \t", key.size()) != colon) continue;  // a longer key
        const std::size_t begin = line.find_first_not_of(' ', colon + 1);
        return begin == std::string::npos ? "" : line.substr(begin);
    }
    return "";
}

HostFacts read_host(const std::filesystem::path& disk) {
    HostFacts facts;
    facts.id = host_id();
    facts.cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    facts.memory_bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE);
    std::error_code error;
    const auto space = std::filesystem::space(disk, error);
    if (!error) facts.disk_bytes_free = static_cast<std::int64_t>(space.available);
    utsname names{};
    if (::uname(&names) == 0) facts.kernel = names.release;
    facts.microcode = read_microcode();
    return facts;
}

std::string read_microcode() {
    // The first of many equal blocks is enough: on a large machine the whole file takes long.
    std::ifstream file("/proc/cpuinfo");
    std::string block;
    for (std::string line; std::getline(file, line) && !line.empty();) block += line + "\n";
    return cpuinfo_value(block, "microcode");
}

std::string version_of(const std::vector<std::string>& command) {
    try {
        os::ChildSpec spec;
        spec.arguments = command;
        spec.environment = os::current_environment();
        const os::CapturedRun run = os::run_captured(spec, kVersionTimeout);
        if (run.exit_code != 0) return "";
        const std::string line = first_line(run.output);
        return line.substr(line.find_last_of(' ') + 1);
    } catch (const std::system_error&) {
        return "";  // not installed; whoever reads the version decides what that means
    }
}

}  // namespace terrace::worker
