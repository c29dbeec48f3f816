#include "worker/app/daemon.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/os/files.hpp"
#include "common/vocab/cpu_level.hpp"
#include "worker/agent/agent.hpp"
#include "worker/app/attempt_runner.hpp"
#include "worker/app/build_root.hpp"
#include "worker/app/slot_setup.hpp"
#include "worker/app/state_directory.hpp"
#include "worker/app/stop_signal.hpp"
#include "worker/client/scheduler_client.hpp"
#include "worker/cpu/probe.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Duration kLeaseWait = 10s;     // also how long an idle worker may take to stop
constexpr Duration kHandBackTime = 30s;  // what cancelling and reporting may take
constexpr Duration kProbeInterval = 60s;
constexpr Duration kDrainPollInterval = 100ms;

/// A random name for this life of the worker: what earlier ones had leased is lost.
std::string new_incarnation() {
    std::random_device random;
    constexpr char kDigits[] = "0123456789abcdef";
    std::string name;
    for (int i = 0; i < 16; ++i) name += kDigits[random() % 16];
    return name;
}

std::vector<sandbox::SlotUser> users_of(const std::vector<Slot>& slots) {
    std::vector<sandbox::SlotUser> users;
    for (const Slot& slot : slots) {
        if (slot.user.uid >= 0) users.push_back(slot.user);
    }
    return users;
}

/// Two workers of one name on one machine have different states.
std::string group_name_of(const WorkerConfig& config) {
    const Digest state = os::sha256_of_text(std::filesystem::absolute(config.state).string());
    return "terrace-" + config.name + "-" + state.hex.substr(0, 8);
}

WorkerHello hello_of(const WorkerConfig& config) {
    WorkerHello hello = probe({.name = config.name,
                               .incarnation = new_incarnation(),
                               .slots = config.slots,
                               .level_max = config.level_max,
                               .mock_command = config.mock.command,
                               .state = config.state});
    if (hello.mock_version.empty()) {
        throw std::runtime_error("'" + config.mock.command.front() +
                                 "' is no mock: it does not tell its --version.");
    }
    return hello;
}

void log_faults(const WorkerHello& hello) {
    for (const FeatureFault& fault : hello.features_faulting) {
        runtime::log_warn("feature_faulting", {{"feature", fault.feature},
                                               {"instruction", fault.instruction},
                                               {"reason", fault.reason}});
    }
}

/// Looks whether the CPU is still the one that the farm knows, and tells the agent if it is not.
Duration step_probe(agent::Agent& agent, WorkerHello& known) {
    WorkerHello now = probe_cpu_again(known);
    if (now == known) return kProbeInterval;
    runtime::log_warn("cpu_changed", {{"level_before", name_of(proven_level(known))},
                                      {"level", name_of(proven_level(now))},
                                      {"leaves_before", text_of(known.leaves)},
                                      {"leaves", text_of(now.leaves)},
                                      {"microcode_before", known.microcode},
                                      {"microcode", now.microcode}});
    log_faults(now);
    known = std::move(now);
    agent.notice(known);
    return kProbeInterval;
}

/// The threads that drive the agent's steps.
class AgentThreads {
public:
    AgentThreads(agent::Agent& agent, const WorkerHello& hello, int slots) {
        for (int slot = 0; slot < slots; ++slot) {
            threads_.emplace_back([this, &agent, slot] {
                while (!stop_.wait_for(agent.step_slot(slot))) {
                }
            });
        }
        threads_.emplace_back([this, &agent] {
            while (!stop_.wait_for(agent.step_heartbeat())) {
            }
        });
        threads_.emplace_back([this, &agent, known = hello]() mutable {
            while (!stop_.wait_for(step_probe(agent, known))) {
            }
        });
    }
    ~AgentThreads() {
        stop_.raise();
        for (std::thread& thread : threads_) thread.join();
    }
    AgentThreads(const AgentThreads&) = delete;
    AgentThreads& operator=(const AgentThreads&) = delete;

private:
    StopFlag stop_;
    std::vector<std::thread> threads_;
};

bool wait_until_idle(const agent::Agent& agent, Clock::time_point deadline, bool may_hurry) {
    while (!agent.idle() && Clock::now() < deadline) {
        if (!may_hurry) {
            std::this_thread::sleep_for(kDrainPollInterval);
        } else if (wait_for_stop_signal(kDrainPollInterval)) {
            break;
        }
    }
    return agent.idle();
}

/// What can end by itself within the time ends. The rest is cancelled early enough to be handed
/// back within it, and at once after a second signal.
void drain(agent::Agent& agent, Duration time) {
    const auto begin = Clock::now();
    agent.drain();
    if (wait_until_idle(agent, begin + time - std::min(kHandBackTime, time / 2), true)) return;
    runtime::log_info("attempts_cancelled",
                      {{"after", std::chrono::duration_cast<Duration>(Clock::now() - begin)}});
    agent.cancel_all();
    const auto end = std::max(begin + time, Clock::now() + kHandBackTime / 2);
    if (!wait_until_idle(agent, end, false))
        runtime::log_warn("attempts_not_handed_back", {{"waited", time}});
}

}  // namespace

void run_daemon(const WorkerConfig& config) {
    AttemptSettings settings = attempt_settings_of(config);
    const std::vector<Slot> slots = slots_of(config);
    // Its lock comes before and goes after all that a second worker on this state would share.
    StateDirectory state(config.state, settings.mock, users_of(slots));
    sandbox::CgroupTree cgroups(group_name_of(config));
    sandbox::DiskWatch disk([&config] { return sandbox::free_disk_bytes(config.state); },
                            config.disk_free_min);
    settings.cgroups = &cgroups;
    settings.disk = &disk;
    SchedulerClient client(config.scheduler, read_token(config));
    cgroups.remove_leftovers();
    state.remove_leftovers();
    remove_old_root_caches(config.mock);
    WorkerHello hello = hello_of(config);
    hello.confinement = cgroups.description();
    hello.memory_bytes = memory_offered(config.mock.roots, hello.memory_bytes, config.slots);
    if (hello.memory_bytes <= 0) {
        throw std::runtime_error(
            "The build roots' tmpfs of all slots are more than the memory of "
            "this machine: set a smaller 'tmpfs_bytes', or fewer 'slots'.");
    }
    hello.disk_bytes_free = disk.offered_bytes();

    std::vector<std::unique_ptr<SlotRunner>> runners;
    std::vector<agent::AttemptRunner*> pointers;
    for (const Slot& slot : slots) {
        runners.push_back(std::make_unique<SlotRunner>(client, state, settings, slot));
        pointers.push_back(runners.back().get());
    }
    log_faults(hello);
    agent::Agent agent(
        client, hello, pointers,
        {.lease_wait = kLeaseWait, .disk_bytes_free = [&disk] { return disk.offered_bytes(); }});
    runtime::log_info("worker_started", {{"worker", config.name},
                                         {"level", name_of(proven_level(hello))},
                                         {"level_max", name_of(config.level_max)},
                                         {"slots", config.slots},
                                         {"scheduler", config.scheduler},
                                         {"mock", hello.mock_version},
                                         {"control_groups", hello.confinement},
                                         {"isolation", settings.mock.isolation},
                                         {"namespaces", settings.mock.namespaces}});
    {
        const AgentThreads threads(agent, hello, config.slots);
        const int signal = wait_for_stop_signal();
        runtime::log_info("worker_stopping", {{"signal", signal}, {"drain", config.drain}});
        drain(agent, config.drain);
    }
    runtime::log_info("worker_stopped");
}

}  // namespace terrace::worker
