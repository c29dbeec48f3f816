#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/solv/pool.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/result.hpp"

/// What a machine gets when its dnf takes packages from some repositories: the same solver, told
/// what dnf5 tells it.
namespace terrace::solv {

/// A machine of some CPU, and whether its package manager knows levels. A stock one sees x86_64 and
/// noarch only, whatever the CPU; a level-aware one prefers its own level's architecture (dnf 4.23
/// and dnf5 with /etc/dnf/vars/arch).
struct Client {
    Level level = Level::x86_64;
    bool level_aware = false;
    friend bool operator==(const Client&, const Client&) = default;
};

/// "x86_64_v3, level-aware"
std::string name_of(const Client& client);

/// A repository that a client has enabled. Of packages alike, that of the lower cost is taken
/// (dnf.conf(5)).
struct ClientRepo {
    std::string name;
    std::shared_ptr<const std::string> metadata;  ///< as Pool::to_solv() gives it
    int cost = 1000;
};

/// Reads a primary.xml. The error says why it is none.
Result<ClientRepo> read_client_repo(const std::string& name, const std::filesystem::path& primary);

/// "x86_64_v3:x86_64_v2:x86_64:athlon:i686...": each in a class of its own, best first, as libsolv
/// has known them since 0.7.24; written out, so that an older libsolv behaves like the clients'.
std::string arch_policy_of(const Client& client);

enum class Errand { install, upgrade, distro_sync };
std::string name_of(Errand errand);

/// A package that is on a machine.
struct OnMachine {
    std::string name;
    Evr evr;
    std::string arch;
    std::string repo;  ///< where it was last taken from
    friend bool operator==(const OnMachine&, const OnMachine&) = default;
};

/// How a client asks its solver for an upgrade, where that is not dnf's plain `upgrade`. No check
/// of a stream relies on these: they are for the known traps that only such clients step into.
struct UpgradeHabits {
    /// By name, as `dnf5 upgrade NAME` with `best`: of each installed name the best that is
    /// offered, or an error.
    bool each_name_best = false;
    bool may_change_arch = false;  ///< libsolv's `allowarchchange`, which no dnf sets
};

/// A client with what it has installed: nothing at first. From one thread.
class Machine {
public:
    explicit Machine(const Client& client, UpgradeHabits habits = {})
        : client_(client), habits_(habits) {}

    /// Runs an errand with these repositories enabled, and no others. `names` are what an install
    /// is for; the other errands are about all that is there. What is installed stays known to the
    /// machine, whether the repositories still have it or not. @return the solver's reasons,
    /// sentences, if the errand cannot be done; the machine is then unchanged.
    std::vector<std::string> run(Errand errand,
                                 std::span<const ClientRepo> repos,
                                 std::span<const std::string> names = {});

    /// Installs as many of these as go together, as if each that is left out had not been asked
    /// for.
    void install_what_goes(std::span<const ClientRepo> repos, std::span<const std::string> names);

    /// What is installed, by name and architecture.
    const std::vector<OnMachine>& packages() const { return packages_; }

private:
    std::vector<std::string> solve(Errand errand,
                                   std::span<const ClientRepo> repos,
                                   std::span<const std::string> names,
                                   bool weakly);

    Client client_;
    UpgradeHabits habits_;
    std::vector<OnMachine> packages_;
    std::vector<ClientRepo> seen_;  ///< where all of packages_ has come from
};

}  // namespace terrace::solv
