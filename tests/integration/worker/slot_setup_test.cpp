#include "worker/app/slot_setup.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <stdexcept>

namespace terrace::worker {
namespace {

WorkerConfig config_with(int slots, std::vector<std::string> users) {
    WorkerConfig config;
    config.name = "alpha";
    config.state = "/state";
    config.slots = slots;
    config.slot_users = std::move(users);
    return config;
}

}  // namespace

TEST_CASE("as root every slot has a user of its own, or the worker does not start") {
    if (::geteuid() != 0) return;
    const auto slots = slots_of(config_with(2, {"990001-990016"}));
    REQUIRE(slots.size() == 2);
    CHECK(slots[0].user.uid == 990001);
    CHECK(slots[0].unique_ext == "alpha-0");
    CHECK(slots[1].user.uid == 990002);
    CHECK_THROWS_AS(slots_of(config_with(2, {"990001"})), std::runtime_error);
    CHECK_THROWS_AS(slots_of(config_with(1, {})), std::runtime_error);
    CHECK_THROWS_AS(slots_of(config_with(1, {"root"})), std::runtime_error);
}

TEST_CASE("without root there is nobody else to build as") {
    if (::geteuid() == 0) return;
    CHECK(slots_of(config_with(2, {})).size() == 2);
    CHECK_THROWS_AS(slots_of(config_with(1, {"990001"})), std::runtime_error);
}

}  // namespace terrace::worker
