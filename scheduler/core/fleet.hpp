#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/resources.hpp"
#include "common/vocab/time.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// How sure it is what an attempt takes: a rule or an earlier `oom` says so; it is what earlier
/// builds took, and some; nobody knows.
enum class Certainty { exact, learned, guessed };

/// What the placement of one attempt asks of a worker.
struct Placement {
    Level run_level = Level::x86_64;
    Resources needs{1, 0, 0};
    /// A worker that has somewhat less than what was learned, or anything less than what is
    /// guessed, may try it all the same, with all that it has.
    Certainty memory_certainty = Certainty::exact;
    Certainty disk_certainty = Certainty::exact;
    std::vector<std::string> features;       ///< beside the level, sorted
    std::vector<std::string> excluded_cpus;  ///< as cpu_of() names them
    std::string vendor = {};                 ///< of the CPU; empty: any
    friend auto operator<=>(const Placement& a, const Placement& b) {
        const auto key = [](const Placement& p) {
            return std::tie(p.run_level, p.needs.cores, p.needs.memory_bytes, p.needs.disk_bytes,
                            p.memory_certainty, p.disk_certainty, p.features, p.excluded_cpus,
                            p.vendor);
        };
        return key(a) <=> key(b);
    }
    friend bool operator==(const Placement&, const Placement&) = default;
};

/// Rounded up, memory to four steps an octave and disk to powers of two, so that builds that ask
/// for about the same stand in one line. Less than a quarter of a build's memory is set aside for
/// nothing.
Resources size_class_of(const Resources& needs);

/// The class of CPUs that share their instructions, as far as a worker can tell: "vendor model".
std::string cpu_of(const WorkerHello& hello);

/// The first reason why a worker, were it idle, could not run something; `none` if it could.
enum class Unfit { none, level, vendor, feature, excluded_cpu, cores, memory, disk };
BOOST_DESCRIBE_ENUM(Unfit, none, level, vendor, feature, excluded_cpu, cores, memory, disk)

/// The workers as placement sees them: what each has, and what its leases have taken of it. Derived
/// from the farm's rows, and kept up to date as they change; every question is answered in time
/// that does not depend on the number of workers, but for any_fits() and waiting slots. Slots of a
/// worker that is not admitted count nowhere.
class Fleet {
public:
    /// 0 of memory or disk means that the worker did not say: no limit.
    struct Host {
        int leases = 0;
        int comparisons = 0;
    };
    struct Entry {
        WorkerId id;
        Level level = Level::none;
        int slots = 1;
        std::string cpu;
        std::string vendor;
        std::string host;
        std::vector<std::string> features;  ///< sorted
        Resources total;
        Resources used;
        int leases = 0;
        bool admitted = true;  ///< it gets leases
    };

    void put(const Worker& worker);
    void admit(WorkerId id, bool admitted);
    void leased(const Lease& lease);
    void ended(const Lease& lease);

    const Entry& at(WorkerId id) const { return workers_.at(id); }
    const std::map<WorkerId, Entry>& workers() const { return workers_; }
    const Host& host_of(WorkerId id) const { return hosts_.at(at(id).host); }

    /// Could it run this if it did nothing else?
    static Unfit unfit(const Entry& worker, const Placement& placement);
    /// Has it room for it now, beside what it runs? Only for what is not unfit.
    static bool has_room(const Entry& worker, const Placement& placement);
    /// What is set aside: its needs, and at least a slot's even share of the cores.
    static Resources set_aside(const Entry& worker, const Placement& placement);
    /// Could any known worker run it, admitted or not? Those that are not may be again.
    bool any_fits(const Placement& placement) const;
    /// Could an admitted one other than this?
    bool other_fits(WorkerId id, const Placement& placement) const;
    bool any_has_memory(std::int64_t bytes) const;

    /// Is there another worker of at least this one's level, so that this one need not go first?
    bool has_other(WorkerId id) const;
    /// May a background rebuild take one more slot of such a worker? Of every level that it has, a
    /// part of all slots stays free.
    bool background_allowed(Level level, double headroom) const;
    int slots_from(Level level) const;
    /// The highest level that at least so many slots have; x86_64 if none has.
    Level level_of_top_slots(int slots) const;

    /// A slot asked and there was nothing for it: it waits until then.
    void waits(WorkerId worker, int slot, TimePoint until);
    void waits_no_more(WorkerId worker, int slot);
    /// The workers below this level of which a slot waits that could start this now.
    std::vector<WorkerId> lesser_that_wait(Level below,
                                           const Placement& placement,
                                           TimePoint now) const;

private:
    void count(const Entry& worker, int sign);

    static constexpr std::size_t kLevels = static_cast<std::size_t>(Level::x86_64_v4) + 1;
    std::map<WorkerId, Entry> workers_;
    std::map<std::string, Host> hosts_;
    // Of those that are admitted.
    std::array<int, kLevels> workers_at_{};
    std::array<int, kLevels> slots_at_{};
    std::array<int, kLevels> leases_at_{};
    /// By level, so that the least capable come first.
    std::map<std::pair<Level, std::pair<WorkerId, int>>, TimePoint> waiting_;
};

/// Why no known worker could run it, as a sentence; empty if one could.
std::string why_unplaceable(const Fleet& fleet, const Placement& placement);

}  // namespace terrace::core
