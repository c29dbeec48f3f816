#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace terrace::core {

/// SplitMix64 (G. Steele, D. Lea, C. Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA
/// 2014): small, and the same numbers everywhere, which the distributions of <random> are not.
class SplitMix {
public:
    explicit SplitMix(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// From 0 to bound - 1. @pre 0 < bound < 2^32; the bias is below bound / 2^32.
    std::size_t below(std::size_t bound) { return ((next() >> 32) * bound) >> 32; }

    /// Above 0 and below 1.
    double unit() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }

private:
    std::uint64_t state_;
};

/// A seed that belongs to a name (FNV-1a): what is resampled for one comparison does not depend on
/// any other.
constexpr std::uint64_t seed_of(std::string_view name) {
    std::uint64_t seed = 0xcbf29ce484222325ULL;
    for (const char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return seed;
}

}  // namespace terrace::core
