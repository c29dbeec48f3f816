#include "tests/sim/app/fleet.hpp"

#include <string>
#include <utility>

#include "common/runtime/yaml_reader.hpp"

namespace terrace::sim {
namespace {

using runtime::YamlMap;

constexpr std::int64_t kCountMax = 10'000;
constexpr std::int64_t kMibPerGib = 1024;

double number_between(
    YamlMap& map, const std::string& key, double otherwise, double min, double max) {
    const double value = map.number_or(key, otherwise);
    if (!(value >= min && value <= max))
        map.fail(key, "must be from " + std::to_string(min) + " to " + std::to_string(max));
    return value;
}

void read_group(YamlMap& group, std::vector<Machine>& machines) {
    const std::int64_t count = group.whole("count", 1, kCountMax);
    Machine machine;
    machine.level = group.word<Level>("level");
    if (machine.level == Level::none) group.fail("level", "such a machine could run nothing");
    machine.slots = static_cast<int>(group.whole_or("slots", 1, 1, 1000));
    machine.cores = static_cast<int>(group.whole("cores", 1, 4096));
    machine.memory_mib = group.whole("memory_gib", 1, 1 << 20) * kMibPerGib;
    machine.disk_mib = group.whole("disk_gib", 1, 1 << 20) * kMibPerGib;
    machine.speed = number_between(group, "speed", 1, 0.01, 100);
    machine.failure_rate = number_between(group, "failure_rate", 0, 0, 0.9);
    group.done();
    machines.insert(machines.end(), static_cast<std::size_t>(count), machine);
}

Fleet read(YamlMap root) {
    std::vector<Machine> machines;
    for (YamlMap& group : root.maps("groups")) read_group(group, machines);
    if (machines.empty()) root.fail("groups", "a fleet needs a group of machines");
    root.done();
    return make_fleet(std::move(machines));
}

}  // namespace

Fleet make_fleet(std::vector<Machine> machines) {
    Fleet fleet;
    fleet.machines = std::move(machines);
    for (std::size_t i = 0; i < fleet.machines.size(); ++i) {
        const Machine& machine = fleet.machines[i];
        for (int number = 0; number < machine.slots; ++number) {
            fleet.slots.push_back({.machine = static_cast<int>(i),
                                   .number = number,
                                   .level = machine.level,
                                   .memory_mib = machine.memory_mib / machine.slots,
                                   .speed = machine.speed,
                                   .failure_rate = machine.failure_rate});
        }
    }
    return fleet;
}

Fleet read_fleet(const std::filesystem::path& path) {
    return read(YamlMap::from_file(path));
}

Fleet parse_fleet(std::string_view text, const std::string& file) {
    return read(YamlMap::from_text(text, file));
}

}  // namespace terrace::sim
