#include "worker/sandbox/cgroup.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "worker/sandbox/cgroup_files.hpp"

namespace terrace::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr int kPeriodUs = 100'000;  // the kernel's default

/// What the group holds of memory that the kernel cannot take back by dropping caches of files.
std::optional<std::int64_t> memory_held(const Cgroup::Place& place, bool with_tmpfs) {
    const fs::path stat = place.directory / "memory.stat";
    const auto all =
        number_in(place.directory / (place.v2 ? "memory.current" : "memory.usage_in_bytes"));
    if (!all) return std::nullopt;
    std::int64_t cache = 0;
    // Of v1, the totals: with the groups below.
    for (const char* key : {"inactive_file", "active_file"})
        cache += number_of(stat, place.v2 ? key : std::string("total_") + key).value_or(0);
    if (!with_tmpfs) cache += number_of(stat, place.v2 ? "shmem" : "total_shmem").value_or(0);
    if (place.v2) cache += number_of(stat, "slab_reclaimable").value_or(0);
    return std::max<std::int64_t>(0, *all - cache);
}

/// The sum of "wbytes=N" over the devices of io.stat.
std::optional<std::int64_t> written_bytes(const fs::path& io_stat) {
    std::istringstream words(text_or_empty(io_stat));
    std::int64_t bytes = 0;
    constexpr std::string_view kKey = "wbytes=";
    for (std::string word; words >> word;) {
        if (word.starts_with(kKey)) bytes += std::stoll(word.substr(kKey.size()));
    }
    return bytes;
}

}  // namespace

Cgroup::Cgroup(std::vector<Place> places, const CgroupLimits& limits)
    : places_(std::move(places)), limits_(limits) {
    try {
        set_limits(limits);
    } catch (...) {
        remove();
        throw;
    }
}

Cgroup::~Cgroup() {
    remove();
}

Cgroup::Cgroup(Cgroup&& other) noexcept
    : places_(std::exchange(other.places_, {})),
      limits_(other.limits_),
      memory_seen_(other.memory_seen_) {}

Cgroup& Cgroup::operator=(Cgroup&& other) noexcept {
    if (this != &other) {
        remove();
        places_ = std::exchange(other.places_, {});
        limits_ = other.limits_;
        memory_seen_ = other.memory_seen_;
    }
    return *this;
}

const Cgroup::Place* Cgroup::place_of(const std::string& controller) const {
    const auto found = std::ranges::find_if(places_, [&](const Place& place) {
        return std::ranges::find(place.controllers, controller) != place.controllers.end();
    });
    return found == places_.end() ? nullptr : &*found;
}

void Cgroup::set_limits(const CgroupLimits& limits) const {
    const Place* memory = limits.memory_bytes > 0 ? place_of("memory") : nullptr;
    if (memory != nullptr) {
        const std::string bytes = std::to_string(limits.memory_bytes);
        write_to(memory->directory / (memory->v2 ? "memory.max" : "memory.limit_in_bytes"), bytes);
        // Where the kernel counts swap: an attempt that swaps is slower than one that fails.
        const fs::path swap =
            memory->directory / (memory->v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
        if (fs::exists(swap)) write_to(swap, memory->v2 ? "0" : bytes);
    }
    const Place* cpu = limits.cores > 0 ? place_of("cpu") : nullptr;
    if (cpu != nullptr) {
        const std::string quota = std::to_string(std::int64_t{limits.cores} * kPeriodUs);
        const std::string period = std::to_string(kPeriodUs);
        if (cpu->v2) {
            write_to(cpu->directory / "cpu.max", quota + " " + period);
        } else if (fs::exists(cpu->directory / "cpu.cfs_quota_us")) {
            write_to(cpu->directory / "cpu.cfs_period_us", period);
            write_to(cpu->directory / "cpu.cfs_quota_us", quota);
        }
    }
    const Place* pids = limits.processes_max > 0 ? place_of("pids") : nullptr;
    if (pids != nullptr)
        write_to(pids->directory / "pids.max", std::to_string(limits.processes_max));
}

std::vector<fs::path> Cgroup::procs_files() const {
    std::vector<fs::path> files;
    for (const Place& place : places_) files.push_back(place.directory / "cgroup.procs");
    return files;
}

void Cgroup::look(bool with_tmpfs) {
    const Place* memory = place_of("memory");
    if (memory == nullptr) return;
    if (const auto held = memory_held(*memory, with_tmpfs))
        memory_seen_ = std::max(memory_seen_.value_or(0), *held);
}

CgroupUsage Cgroup::usage() const {
    CgroupUsage usage;
    usage.memory_peak_bytes = memory_seen_;
    if (const Place* memory = place_of("memory")) {
        const auto kills = memory->v2
                               ? number_of(memory->directory / "memory.events", "oom_kill")
                               : number_of(memory->directory / "memory.oom_control", "oom_kill");
        if (kills) usage.oom_kills = static_cast<int>(*kills);
        if (kills.value_or(0) > 0 && limits_.memory_bytes > 0)
            usage.memory_peak_bytes = limits_.memory_bytes;
    }
    // cpu.stat of v2 is there without the controller, too.
    for (const Place& place : places_) {
        const auto time = number_of(place.directory / "cpu.stat", "usage_usec");
        if (place.v2 && time) usage.cpu = std::chrono::microseconds(*time);
    }
    if (const Place* cpuacct = place_of("cpuacct"); cpuacct != nullptr && !usage.cpu) {
        if (const auto time = number_in(cpuacct->directory / "cpuacct.usage"))
            usage.cpu = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::nanoseconds(*time));
    }
    if (const Place* io = place_of("io"))
        usage.bytes_written = written_bytes(io->directory / "io.stat");
    return usage;
}

bool Cgroup::kill() {
    // v2 first: it may have cgroup.kill, which no process escapes, and then the rest is empty.
    bool ended = true;
    for (const bool v2 : {true, false}) {
        for (const Place& place : places_) {
            if (place.v2 == v2) ended = end_processes(place.directory) && ended;
        }
    }
    return ended;
}

void Cgroup::remove() {
    if (places_.empty()) return;
    kill();
    // What is left, the next life of the worker removes: CgroupTree::remove_leftovers().
    for (const Place& place : places_) remove_group(place.directory);
    places_.clear();
}

}  // namespace terrace::sandbox
