#include "scheduler/core/ready_queue.hpp"

#include <doctest/doctest.h>

namespace terrace::core {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::hours(1000)};
constexpr Duration kReserveAfter = 30min;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

Worker a_worker(std::int64_t id, Level level, int slots = 1) {
    Worker worker;
    worker.id = {id};
    worker.name = "w" + std::to_string(id);
    worker.level = level;
    worker.hello.host = "host-" + std::to_string(id);
    worker.hello.slots = slots;
    worker.hello.cores = 8;
    worker.hello.memory_bytes = 16 * kGiB;
    worker.hello.vendor = "GenuineIntel";
    worker.hello.model = "6-60-3";
    return worker;
}

ReadyItem a_build(std::int64_t id, Level level, double rank = 100) {
    ReadyItem item;
    item.what = BuildId{id};
    item.rebuild = RebuildId{1};
    item.placement.run_level = level;
    item.placement.needs = {1, kGiB, kGiB};
    item.rank = rank;
    item.ready_at = kNow;
    return item;
}

/// A queue and the fleet that asks of it.
struct Farmyard {
    Fleet fleet;
    ReadyQueue queue;

    SlotOffer offer(std::int64_t worker) const {
        SlotOffer slot;
        slot.worker = &fleet.at(WorkerId{worker});
        return slot;
    }
    /// The id of what this worker would be given; 0: nothing.
    std::int64_t found(const SlotOffer& slot, TimePoint now = kNow) {
        const ReadyItem* item = queue.find(slot, now, kReserveAfter);
        return item ? std::visit([](auto what) { return what.value; }, item->what) : 0;
    }
    std::int64_t found(std::int64_t worker, TimePoint now = kNow) {
        return found(offer(worker), now);
    }
    void lease(std::int64_t attempt, std::int64_t worker, Resources resources) {
        Lease lease;
        lease.attempt = {attempt};
        lease.build = BuildId{1000 + attempt};
        lease.worker = {worker};
        lease.resources = resources;
        fleet.leased(lease);
    }
};

Farmyard a_farmyard(std::initializer_list<Level> levels) {
    Farmyard yard;
    std::int64_t id = 0;
    for (const Level level : levels) yard.fleet.put(a_worker(++id, level));
    return yard;
}

}  // namespace

TEST_CASE("the highest run level that the worker has goes first, then the longest rank, then age") {
    Farmyard yard = a_farmyard({Level::x86_64_v4, Level::x86_64_v2});
    yard.queue.put(a_build(1, Level::x86_64, 900));
    yard.queue.put(a_build(4, Level::x86_64_v3, 100));
    yard.queue.put(a_build(3, Level::x86_64_v3, 200));
    yard.queue.put(a_build(2, Level::x86_64_v3, 200));
    CHECK(yard.found(1) == 2);
    CHECK(yard.found(2) == 1);
    yard.queue.remove(BuildId{2});
    CHECK(yard.found(1) == 3);
    yard.queue.rerank(BuildId{4}, 300);
    CHECK(yard.found(1) == 4);
}

TEST_CASE("a chain of work that decides when the rebuild ends goes before the higher level") {
    Farmyard yard = a_farmyard({Level::x86_64_v4});
    yard.queue.put(a_build(1, Level::x86_64, 900));
    yard.queue.put(a_build(2, Level::x86_64_v3, 100));
    yard.queue.set_critical(RebuildId{1}, 1000);
    CHECK(yard.found(1) == 2);
    yard.queue.set_critical(RebuildId{1}, 800);
    CHECK(yard.found(1) == 1);
}

TEST_CASE("the priority class comes before level and rank") {
    Farmyard yard = a_farmyard({Level::x86_64_v4});
    yard.queue.put(a_build(1, Level::x86_64_v3, 900));
    ReadyItem urgent = a_build(2, Level::x86_64, 1);
    urgent.priority = PriorityClass::urgent;
    urgent.rebuild = RebuildId{2};
    yard.queue.put(urgent);
    CHECK(yard.found(1) == 2);
    yard.queue.set_rebuild(RebuildId{2}, 1, true);
    CHECK(yard.found(1) == 1);
}

TEST_CASE("rebuilds of one class take turns by the slots that they hold for their share") {
    Farmyard yard = a_farmyard({Level::x86_64_v4});
    yard.queue.put(a_build(1, Level::x86_64, 900));
    ReadyItem other = a_build(2, Level::x86_64, 1);
    other.rebuild = RebuildId{2};
    yard.queue.put(other);
    CHECK(yard.found(1) == 1);
    yard.queue.shares().granted(RebuildId{1}, kNow);
    CHECK(yard.found(1) == 2);
    yard.queue.shares().granted(RebuildId{2}, kNow);
    yard.queue.set_rebuild(RebuildId{1}, 3, false);
    CHECK(yard.found(1) == 1);
}

TEST_CASE("builds come before comparisons, and each only where the slot may take it") {
    Farmyard yard = a_farmyard({Level::x86_64_v4});
    ReadyItem comparison = a_build(7, Level::x86_64_v3);
    comparison.what = ComparisonId{7};
    yard.queue.put(comparison);
    yard.queue.put(a_build(1, Level::x86_64));
    CHECK(yard.found(1) == 1);
    SlotOffer quiet = yard.offer(1);
    quiet.builds = false;
    CHECK(yard.found(quiet) == 7);
    quiet.comparisons = false;
    CHECK(yard.found(quiet) == 0);
}

TEST_CASE("what is in back-off is passed over until its time") {
    Farmyard yard = a_farmyard({Level::x86_64});
    ReadyItem item = a_build(1, Level::x86_64);
    item.not_before = kNow + 10s;
    yard.queue.put(item);
    CHECK(yard.found(1) == 0);
    CHECK(yard.found(1, kNow + 10s) == 1);
}

TEST_CASE("the worker that failed it lets another go first, for a while") {
    Farmyard yard = a_farmyard({Level::x86_64, Level::x86_64});
    ReadyItem item = a_build(1, Level::x86_64);
    item.not_before = kNow;
    item.avoid = WorkerId{1};
    yard.queue.put(item);
    CHECK(yard.found(1) == 0);
    CHECK(yard.found(2) == 1);
    CHECK(yard.found(1, kNow + 5min) == 1);
    SlotOffer alone = yard.offer(1);
    alone.only_worker = true;
    CHECK(yard.found(alone) == 1);
}

TEST_CASE("features and CPUs that lacked an instruction rule a worker out") {
    Farmyard yard = a_farmyard({Level::x86_64_v4});
    ReadyItem item = a_build(1, Level::x86_64);
    item.placement.features = {"avx512_vnni"};
    yard.queue.put(item);
    CHECK(yard.found(1) == 0);
    Worker able = a_worker(2, Level::x86_64_v4);
    able.hello.features = {"avx2", "avx512_vnni"};
    yard.fleet.put(able);
    CHECK(yard.found(2) == 1);
    item.placement.excluded_cpus = {"GenuineIntel 6-60-3"};
    yard.queue.put(item);
    CHECK(yard.found(2) == 0);
}

TEST_CASE("a slot gets only what its worker has room for") {
    Farmyard yard;
    yard.fleet.put(a_worker(1, Level::x86_64, 4));
    ReadyItem big = a_build(1, Level::x86_64, 900);
    big.placement.needs.memory_bytes = 12 * kGiB;
    yard.queue.put(big);
    yard.queue.put(a_build(2, Level::x86_64, 100));
    CHECK(yard.found(1) == 1);
    yard.lease(1, 1, {2, 6 * kGiB, 0});
    CHECK(yard.found(1) == 2);
    big.placement.needs.memory_bytes = 32 * kGiB;  // more than there is: never
    yard.queue.put(big);
    CHECK(yard.found(1, kNow + 24h) == 2);
    big.placement.memory_certainty = Certainty::guessed;  // but nobody knows that it takes as much
    yard.queue.put(big);
    const Fleet::Entry& worker = yard.fleet.at(WorkerId{1});
    CHECK(Fleet::unfit(worker, big.placement) == Unfit::none);
    CHECK(Fleet::set_aside(worker, big.placement).memory_bytes == 16 * kGiB);
    big.placement.memory_certainty = Certainty::learned;
    CHECK(Fleet::unfit(worker, big.placement) == Unfit::memory);
    big.placement.needs.memory_bytes = 24 * kGiB;  // what it took before, and some
    CHECK(Fleet::unfit(worker, big.placement) == Unfit::none);
}

TEST_CASE("what has waited too long for room gets a worker reserved") {
    Farmyard yard;
    yard.fleet.put(a_worker(1, Level::x86_64, 4));
    ReadyItem big = a_build(1, Level::x86_64, 50);
    big.placement.needs.memory_bytes = 12 * kGiB;
    yard.queue.put(big);
    yard.queue.put(a_build(2, Level::x86_64, 100));
    yard.lease(1, 1, {2, 6 * kGiB, 0});
    CHECK(yard.found(1, kNow + 29min) == 2);
    CHECK(yard.found(1, kNow + 30min) == 0);
    CHECK(yard.queue.reserved_for(WorkerId{1}) == ReadyQueue::What(BuildId{1}));
    Lease ended;
    ended.worker = {1};
    ended.build = BuildId{1001};
    ended.resources = {2, 6 * kGiB, 0};
    yard.fleet.ended(ended);
    CHECK(yard.found(1, kNow + 31min) == 1);
    yard.queue.remove(BuildId{1});
    CHECK_FALSE(yard.queue.reserved_for(WorkerId{1}));
    CHECK(yard.found(1, kNow + 31min) == 2);
}

TEST_CASE("what a less capable slot that waits could start is left to it") {
    Farmyard yard = a_farmyard({Level::x86_64_v4, Level::x86_64_v2});
    yard.queue.put(a_build(1, Level::x86_64));
    SlotOffer capable = yard.offer(1);
    capable.fleet = &yard.fleet;
    yard.fleet.waits(WorkerId{2}, 0, kNow + 40s);
    CHECK(yard.found(capable) == 0);
    CHECK(yard.queue.take_refused_for_others());
    CHECK(yard.found(capable, kNow + 40s) == 1);  // it has been silent for too long
    yard.fleet.waits(WorkerId{2}, 0, kNow + 40s);
    yard.lease(1, 2, {1, kGiB, 0});  // it is busy now
    CHECK(yard.found(capable) == 1);
}

TEST_CASE("background rebuilds leave a part of each level's slots free") {
    Fleet fleet;
    for (std::int64_t id = 1; id <= 10; ++id)
        fleet.put(a_worker(id, id <= 8 ? Level::x86_64_v2 : Level::x86_64_v4));
    Farmyard yard{std::move(fleet), ReadyQueue()};
    CHECK(yard.fleet.background_allowed(Level::x86_64_v2, 0.2));
    for (std::int64_t id = 1; id <= 8; ++id) yard.lease(id, id, {});
    CHECK_FALSE(yard.fleet.background_allowed(Level::x86_64_v2, 0.2));
    CHECK(yard.fleet.background_allowed(Level::x86_64_v2, 0.1));
    CHECK_FALSE(yard.fleet.background_allowed(Level::x86_64_v4, 0.2));
}

TEST_CASE("a position counts what goes before in its rebuild and in higher classes") {
    Farmyard yard = a_farmyard({Level::x86_64_v4});
    yard.queue.put(a_build(1, Level::x86_64, 100));
    yard.queue.put(a_build(2, Level::x86_64, 200));
    yard.queue.put(a_build(3, Level::x86_64_v3, 1));
    ReadyItem urgent = a_build(4, Level::x86_64, 1);
    urgent.priority = PriorityClass::urgent;
    urgent.rebuild = RebuildId{2};
    yard.queue.put(urgent);
    const auto position = yard.queue.position_of(BuildId{1});
    CHECK(position.before_in_rebuild == 2);
    CHECK(position.before_in_class == 2);
    CHECK(position.of_higher_class == 1);
}

}  // namespace terrace::core
