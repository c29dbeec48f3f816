#include "worker/core/silence.hpp"

#include <doctest/doctest.h>

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

const Silence::Clock::time_point kStart{};

TEST_CASE("silence is over when there is output") {
    Silence silence(10min, kStart);
    CHECK_FALSE(silence.look(kStart + 5min, 100, 0us));
    CHECK_FALSE(silence.look(kStart + 14min, 100, 0us));
    CHECK_FALSE(silence.look(kStart + 14min + 30s, 101, 0us));
    CHECK_FALSE(silence.look(kStart + 24min, 101, 0us));
    CHECK(silence.look(kStart + 24min + 30s, 101, 0us));
}

TEST_CASE("silent work is no silence, and a program that only waits does not work") {
    Silence busy(10min, kStart);
    Silence waiting(10min, kStart);
    bool stalled = false;
    for (int minute = 1; minute <= 10; ++minute) {
        CHECK_FALSE(busy.look(kStart + minute * 1min, 0, minute * 20s));
        stalled = waiting.look(kStart + minute * 1min, 0, minute * 200ms);
        CHECK(stalled == (minute == 10));
    }
}

TEST_CASE("slow work counts by what it sums up to") {
    Silence silence(10min, kStart);
    for (int minute = 1; minute <= 60; ++minute) {
        CHECK_FALSE(silence.look(kStart + minute * 1min, 0, minute * 1500ms));
    }
}

TEST_CASE("an end of processes is something that happens") {
    Silence silence(10min, kStart);
    CHECK_FALSE(silence.look(kStart + 1min, 0, 60s));
    CHECK_FALSE(silence.look(kStart + 10min, 0, 50s));
    CHECK_FALSE(silence.look(kStart + 19min, 0, 50s));
    CHECK(silence.look(kStart + 20min, 0, 50s));
}

TEST_CASE("without a limit nothing is ever due, and looks are spaced") {
    CHECK_FALSE(Silence(0ms, kStart).is_due(kStart + 24h));
    Silence silence(30min, kStart);
    CHECK(silence.is_due(kStart));
    silence.look(kStart, 0, 0us);
    CHECK_FALSE(silence.is_due(kStart + 29s));
    CHECK(silence.is_due(kStart + 30s));
}

}  // namespace
}  // namespace terrace::worker
