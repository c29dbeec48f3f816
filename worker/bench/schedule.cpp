#include "worker/bench/schedule.hpp"

#include <array>
#include <utility>

namespace terrace::bench {

namespace {

constexpr std::uint64_t kPaddingBytesMax =
    4096;  // a page: more would only repeat the stack's alignments

/// SplitMix64: the standard library's distributions differ between libraries.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    /// The bias for such small limits is beyond measure.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }

private:
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
};

/// The first run of the one side and the first of the other are a pair, and so are the second ones.
std::vector<ScheduledRun> runs_of(int first_pair, bool variant_first) {
    std::vector<ScheduledRun> runs;
    std::array<int, 2> next_pair = {first_pair, first_pair};
    for (const bool is_outer : {true, false, false, true}) {
        const bool variant = is_outer == variant_first;
        runs.push_back({next_pair.at(variant ? 1 : 0)++, variant});
    }
    return runs;
}

}  // namespace

std::vector<Block> make_schedule(int blocks, int first_pair, std::uint64_t seed) {
    Random random(seed);
    const bool odd_one = random.below(2) == 1;
    std::vector<bool> variant_first(static_cast<std::size_t>(blocks));
    for (std::size_t i = 0; i < variant_first.size(); ++i) {
        variant_first[i] = (i % 2 == 1) != odd_one;
    }
    for (std::size_t left = variant_first.size(); left > 1; --left) {
        std::vector<bool>::swap(variant_first[left - 1],
                                variant_first[static_cast<std::size_t>(random.below(left))]);
    }
    std::vector<Block> schedule;
    schedule.reserve(variant_first.size());
    for (int i = 0; i < blocks; ++i) {
        schedule.push_back({runs_of(first_pair + 2 * i, variant_first[static_cast<std::size_t>(i)]),
                            static_cast<int>(random.below(kPaddingBytesMax))});
    }
    return schedule;
}

}  // namespace terrace::bench
