#include "scheduler/core/ready_queue.hpp"

#include <doctest/doctest.h>

namespace terrace::core {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::hours(1000)};

ReadyItem a_build(std::int64_t id, Level level) {
    return {.what = BuildId{id}, .run_level = level, .not_before = {}, .avoid = {}};
}

SlotOffer offer(Level level) {
    return {.worker = WorkerId{1}, .level = level};
}

std::int64_t found(const ReadyQueue& queue, const SlotOffer& slot, TimePoint now = kNow) {
    const ReadyItem* item = queue.find(slot, now);
    return item ? std::visit([](auto what) { return what.value; }, item->what) : 0;
}

}  // namespace

TEST_CASE("the highest run level that the worker has goes first, then age") {
    ReadyQueue queue;
    queue.put(a_build(1, Level::x86_64));
    queue.put(a_build(3, Level::x86_64_v3));
    queue.put(a_build(2, Level::x86_64_v3));
    CHECK(found(queue, offer(Level::x86_64_v4)) == 2);
    CHECK(found(queue, offer(Level::x86_64_v2)) == 1);
    queue.remove(BuildId{2});
    CHECK(found(queue, offer(Level::x86_64_v4)) == 3);
}

TEST_CASE("priority comes before level") {
    ReadyQueue queue;
    queue.put(a_build(1, Level::x86_64_v3));
    ReadyItem urgent = a_build(2, Level::x86_64);
    urgent.priority = 5;
    queue.put(urgent);
    CHECK(found(queue, offer(Level::x86_64_v4)) == 2);
}

TEST_CASE("builds come before comparisons, and each only where the slot may take it") {
    ReadyQueue queue;
    queue.put(
        {.what = ComparisonId{7}, .run_level = Level::x86_64_v3, .not_before = {}, .avoid = {}});
    queue.put(a_build(1, Level::x86_64));
    CHECK(found(queue, offer(Level::x86_64_v4)) == 1);
    SlotOffer quiet = offer(Level::x86_64_v4);
    quiet.builds = false;
    CHECK(found(queue, quiet) == 7);
    quiet.comparisons = false;
    CHECK(found(queue, quiet) == 0);
}

TEST_CASE("what is in back-off is passed over until its time") {
    ReadyQueue queue;
    ReadyItem item = a_build(1, Level::x86_64);
    item.not_before = kNow + 1s;
    queue.put(item);
    queue.put(a_build(2, Level::x86_64));
    CHECK(found(queue, offer(Level::x86_64)) == 2);
    CHECK(found(queue, offer(Level::x86_64), kNow + 1s) == 1);
}

TEST_CASE("the worker to avoid waits for another to go first, but not for ever") {
    ReadyQueue queue;
    ReadyItem item = a_build(1, Level::x86_64);
    item.not_before = kNow;
    item.avoid = WorkerId{1};
    queue.put(item);
    CHECK(found(queue, offer(Level::x86_64)) == 0);
    CHECK(found(queue, {.worker = WorkerId{2}, .level = Level::x86_64}) == 1);
    CHECK(found(queue, {.worker = WorkerId{1}, .level = Level::x86_64, .only_worker = true}) == 1);
    CHECK(found(queue, offer(Level::x86_64), kNow + 5min) == 1);
}

TEST_CASE("an item put again moves to where it now belongs") {
    ReadyQueue queue;
    queue.put(a_build(1, Level::x86_64_v3));
    queue.put(a_build(1, Level::x86_64));
    CHECK(queue.size() == 1);
    CHECK(found(queue, offer(Level::x86_64)) == 1);
    queue.remove(BuildId{1});
    CHECK(queue.empty());
}

}  // namespace terrace::core
