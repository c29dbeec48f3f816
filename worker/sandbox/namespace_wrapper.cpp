#include "worker/sandbox/namespace_wrapper.hpp"

#include <cstddef>

#include "common/vocab/check.hpp"

namespace terrace::sandbox {
namespace {

// A test suite may talk to itself: lo is there, as in a container of systemd-nspawn, and is up
// where this host has iproute2.
constexpr const char* kLoopbackUp = "ip link set lo up 2>/dev/null || :; ";
// Not the shell's last command: it would exec it and be PID 1 no longer.
constexpr const char* kRunArguments = "\"$@\"; rc=$?; exit $rc";

std::vector<std::string> unshare(Network network) {
    std::vector<std::string> command = {"unshare", "--mount", "--mount-proc", "--pid",
                                        "--fork",  "--ipc",   "--uts",        "--kill-child"};
    if (network == Network::none) command.emplace_back("--net");
    return command;
}

}  // namespace

std::string shell_word(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

std::vector<std::string> namespace_prefix(Network network) {
    std::vector<std::string> command = unshare(network);
    const std::string begin = network == Network::none ? kLoopbackUp : "";
    command.insert(command.end(), {"sh", "-c", begin + kRunArguments, "sh"});
    return command;
}

std::vector<std::string> reader_prefix(int uid, int gid) {
    std::vector<std::string> command = {"prlimit",     "--as=8589934592", "--cpu=300",
                                        "--nofile=64", "--fsize=0",       "--core=0"};
    if (uid >= 0) {
        command.insert(command.end(),
                       {"setpriv", "--reuid=" + std::to_string(uid),
                        "--regid=" + std::to_string(gid), "--clear-groups", "--no-new-privs"});
    }
    return command;
}

std::vector<std::string> in_namespaces(const std::vector<NetworkStep>& steps) {
    TERRACE_CHECK(!steps.empty());
    std::string script;
    for (const NetworkStep& step : steps) {
        if (!script.empty()) script += " && ";
        if (step.network == Network::none)
            script += std::string("unshare --net sh -c ") +
                      shell_word(std::string(kLoopbackUp) + "exec \"$@\"") + " sh ";
        for (std::size_t i = 0; i < step.command.size(); ++i)
            script += (i == 0 ? "" : " ") + shell_word(step.command[i]);
    }
    std::vector<std::string> command = unshare(Network::host);
    command.insert(command.end(), {"sh", "-c", script + "; rc=$?; exit $rc"});
    return command;
}

}  // namespace terrace::sandbox
