#include "tests/sim/app/fleet.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/runtime/yaml_reader.hpp"

namespace terrace::sim {
namespace {

std::string error_of(const std::string& text) {
    try {
        (void)parse_fleet(text, "fleet.yaml");
    } catch (const runtime::ConfigError& e) {
        return e.what();
    }
    return "no error";
}

std::string group(const std::string& more) {
    return "groups:\n  - count: 1\n    level: x86_64_v3\n    cores: 4\n    memory_gib: 8\n"
           "    disk_gib: 50\n" +
           more;
}

}  // namespace

TEST_CASE("a group stands for its machines, and a machine's memory is shared by its slots") {
    const Fleet fleet = parse_fleet(
        "groups:\n"
        "  - {count: 2, level: x86_64_v2, cores: 4, memory_gib: 8, disk_gib: 50, slots: 2}\n"
        "  - {count: 1, level: x86_64_v4, cores: 8, memory_gib: 16, disk_gib: 50, speed: 1.5, "
        "failure_rate: 0.1}\n",
        "fleet.yaml");
    REQUIRE(fleet.machines.size() == 3);
    REQUIRE(fleet.slots.size() == 5);
    CHECK(fleet.slots[1] ==
          Slot{.machine = 0, .number = 1, .level = Level::x86_64_v2, .memory_mib = 4096});
    CHECK(fleet.slots[3].machine == 1);
    CHECK(fleet.slots[4].level == Level::x86_64_v4);
    CHECK(fleet.slots[4].speed == doctest::Approx(1.5));
    CHECK(fleet.slots[4].failure_rate == doctest::Approx(0.1));
}

TEST_CASE("what is wrong in a fleet file is named by file, line and key") {
    struct Case {
        std::string text;
        std::string says;
    };
    const std::vector<Case> cases = {
        {group("    slot: 2\n"), "fleet.yaml:7: key 'groups[0].slot'"},
        {group("    slots: 0\n"), "fleet.yaml:7: key 'groups[0].slots'"},
        {group("    speed: fast\n"), "fleet.yaml:7: key 'groups[0].speed'"},
        {group("    speed: 0\n"), "fleet.yaml:7: key 'groups[0].speed'"},
        {group("    failure_rate: 1\n"), "fleet.yaml:7: key 'groups[0].failure_rate'"},
        {"groups:\n  - {count: 1, level: v3}\n", "fleet.yaml:2: key 'groups[0].level'"},
        {"groups:\n  - {count: 1, level: none}\n", "fleet.yaml:2: key 'groups[0].level'"},
        {"groups:\n  - {level: x86_64}\n", "groups[0].count"},
        {"groups: []\n", "key 'groups'"},
        {group("") + "extra: 1\n", "key 'extra'"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const std::string message = error_of(c.text);
        CAPTURE(message);
        CHECK(message.find(c.says) != std::string::npos);
    }
}

TEST_CASE("the fleet that is shipped can be read") {
    const Fleet fleet = read_fleet("tests/sim/app/fleets/mixed-40.yaml");
    CHECK(fleet.slots.size() == 40);
    CHECK(fleet.slots.front().level == Level::x86_64_v2);
    CHECK(fleet.slots.back().level == Level::x86_64_v4);
}

}  // namespace terrace::sim
