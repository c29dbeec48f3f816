#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "common/vocab/level.hpp"

namespace terrace::sim {

/// One machine of the fleet: a worker.
struct Machine {
    Level level = Level::x86_64;
    int slots = 1;
    int cores = 1;
    std::int64_t memory_mib = 0;
    std::int64_t disk_mib = 0;
    double speed = 1;         ///< 2: builds in half of their true time
    double failure_rate = 0;  ///< share of attempts that end in infra_aborted
    friend bool operator==(const Machine&, const Machine&) = default;
};

/// One slot of a machine, with what is its own.
struct Slot {
    int machine = 0;  ///< index into Fleet::machines
    int number = 0;   ///< on that machine
    Level level = Level::x86_64;
    std::int64_t memory_mib = 0;
    double speed = 1;
    double failure_rate = 0;
    friend bool operator==(const Slot&, const Slot&) = default;
};

/// All machines, in the order of the file, and their slots in the same order.
struct Fleet {
    std::vector<Machine> machines;
    std::vector<Slot> slots;
};

/// Lays out the slots of these machines: each gets an equal share of memory.
Fleet make_fleet(std::vector<Machine> machines);

/// `groups:` with count, level, slots, cores, memory_gib, disk_gib, speed, failure_rate. Throws
/// runtime::ConfigError, which names file, line and key.
Fleet read_fleet(const std::filesystem::path& path);
/// `file` is for messages.
Fleet parse_fleet(std::string_view text, const std::string& file);

}  // namespace terrace::sim
