#include "worker/app/slot_setup.hpp"

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "common/runtime/log.hpp"
#include "worker/sandbox/slot_user.hpp"

namespace terrace::worker {
namespace {

/// Where this program's file is: the programs it calls are beside it.
std::filesystem::path program_directory() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

/// As sd_booted(3) and mock ask.
std::string isolation_of(const std::string& wanted) {
    if (wanted != "auto") return wanted;
    return std::filesystem::is_directory("/run/systemd/system") ? "nspawn" : "simple";
}

bool has_namespaces(SandboxMode mode, const std::string& isolation) {
    if (mode == SandboxMode::none || (mode == SandboxMode::automatic && isolation != "simple"))
        return false;
    if (isolation != "simple") {
        throw std::runtime_error(
            "'sandbox: namespaces' goes with 'isolation: simple': nspawn makes its own.");
    }
    if (sandbox::is_root()) return true;
    if (mode == SandboxMode::namespaces) {
        throw std::runtime_error(
            "'sandbox: namespaces' needs root: run the worker as root, with slot_users.");
    }
    runtime::log_warn("builds_not_isolated",
                      {{"isolation", isolation},
                       {"remedy",
                        "run the worker as root, or use isolation nspawn: builds share "
                        "the network and the processes of this host"}});
    return false;
}

}  // namespace

AttemptSettings attempt_settings_of(const WorkerConfig& config) {
    AttemptSettings settings;
    settings.mock = config.mock;
    settings.mock.isolation = isolation_of(config.mock.isolation);
    settings.mock.namespaces = has_namespaces(config.sandbox, settings.mock.isolation);
    if (const auto roots = check_roots(config.mock.roots, sandbox::is_root()); !roots)
        throw std::runtime_error(roots.error().message);
    settings.measure_program = program_directory() / "terrace-measure";
    settings.inspect_program = program_directory() / "terrace-inspect";
    settings.results = config.results;
    settings.log = config.attempt_log;
    if (!std::filesystem::exists(settings.inspect_program))
        throw std::runtime_error(settings.inspect_program.string() + " is missing.");
    return settings;
}

std::vector<Slot> slots_of(const WorkerConfig& config) {
    const auto users = sandbox::slot_users_of(config.slot_users);
    if (!users) throw std::runtime_error("slot_users: " + users.error().message + ".");
    if (!sandbox::is_root() && !users->empty()) {
        throw std::runtime_error(
            "slot_users: only root can build as other users; run the worker as root, or leave the "
            "key out.");
    }
    if (sandbox::is_root() && std::ssize(*users) < config.slots) {
        throw std::runtime_error("Set 'slot_users' in the configuration, one for each of the " +
                                 std::to_string(config.slots) +
                                 " slots: mock refuses to work for root, and builds as that user "
                                 "(deploy/sysusers.d/terrace-worker.conf makes some).");
    }
    std::vector<Slot> slots;
    for (int number = 0; number < config.slots; ++number) {
        const auto user =
            sandbox::is_root() ? users->at(static_cast<std::size_t>(number)) : sandbox::SlotUser{};
        slots.push_back({unique_ext_of(config.name, number), user, config.state});
    }
    return slots;
}

}  // namespace terrace::worker
