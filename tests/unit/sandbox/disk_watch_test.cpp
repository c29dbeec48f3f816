#include "worker/sandbox/disk_watch.hpp"

#include <doctest/doctest.h>

namespace terrace::sandbox {
namespace {

constexpr std::int64_t kGib = 1 << 30;

struct Disk {
    std::int64_t free = 0;
    DiskWatch watch{[this] { return free; }, 1 * kGib};
};

TEST_CASE("what is free besides the minimum may be claimed once, and again when it is given back") {
    Disk disk{10 * kGib};
    {
        const auto first = disk.watch.claim(6 * kGib);
        REQUIRE(first.has_value());
        CHECK(disk.watch.claim(4 * kGib).error().message ==
              "It needs 4.0 GiB of disk; 10.0 GiB are free, of which 6.0 GiB are set aside for "
              "running attempts and 1.0 GiB are kept free (disk_free_min).");
        CHECK(disk.watch.claim(3 * kGib).has_value());  // and at once given back
        CHECK(disk.watch.claim(3 * kGib).has_value());
    }
    CHECK(disk.watch.claim(9 * kGib).has_value());
    CHECK_FALSE(disk.watch.claim(9 * kGib + 1).has_value());
}

TEST_CASE("what an attempt has used of its claim is not counted twice") {
    Disk disk{10 * kGib};
    auto claim = disk.watch.claim(8 * kGib);
    disk.free = 4 * kGib;  // it has written 6
    CHECK_FALSE(claim->must_end(6 * kGib));
    CHECK(disk.watch.claim(1 * kGib).has_value());
    CHECK_FALSE(disk.watch.claim(1 * kGib + 1).has_value());
    CHECK_FALSE(claim->must_end(9 * kGib));  // more than it said: others are not promised less
    CHECK(disk.watch.claim(3 * kGib).has_value());
}

TEST_CASE("below the minimum the attempt with most on disk must end, and no other") {
    Disk disk{10 * kGib};
    auto small = disk.watch.claim(1 * kGib);
    auto large = disk.watch.claim(1 * kGib);
    disk.free = 1 * kGib;
    CHECK_FALSE(large->must_end(7 * kGib));
    disk.free = 1 * kGib - 1;
    CHECK_FALSE(small->must_end(1 * kGib));
    CHECK(large->must_end(7 * kGib));
    large = DiskWatch::Claim();
    CHECK(small->must_end(1 * kGib));
}

TEST_CASE("what is offered to the farm does not shrink by what attempts have written of it") {
    Disk disk{11 * kGib};
    CHECK(disk.watch.offered_bytes() == 9 * kGib);
    auto claim = disk.watch.claim(8 * kGib);
    disk.free = 5 * kGib;
    claim->must_end(6 * kGib);
    CHECK(disk.watch.offered_bytes() == 9 * kGib);
    disk.free = 0;
    claim->must_end(0);
    CHECK(disk.watch.offered_bytes() == 0);
}

TEST_CASE("without a watch nothing must end; of what is no directory nothing is free") {
    DiskWatch::Claim none;
    CHECK_FALSE(none.must_end(1 * kGib));
    CHECK(free_disk_bytes("/no/such") == 0);
    CHECK(free_disk_bytes("/tmp") > 0);
}

}  // namespace
}  // namespace terrace::sandbox
