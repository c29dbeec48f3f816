#pragma once

#include <cstdint>
#include <vector>

namespace terrace::bench {

/// One timed run of a block. `pair` counts over all blocks of a benchmark.
struct ScheduledRun {
    int pair = 0;
    bool variant = false;
    friend bool operator==(const ScheduledRun&, const ScheduledRun&) = default;
};

/// Four runs, ABBA or BAAB, so that a slow drift of the host's speed cancels out. All four have the
/// same padding.
struct Block {
    std::vector<ScheduledRun> runs;
    int padding_bytes = 0;
    friend bool operator==(const Block&, const Block&) = default;
};

/// As many ABBA blocks as BAAB ones (one more of either if the number is odd), in random order,
/// with random padding. The same arguments give the same schedule, everywhere.
/// The first pair has the number `first_pair`, which is even.
std::vector<Block> make_schedule(int blocks, int first_pair, std::uint64_t seed);

}  // namespace terrace::bench
