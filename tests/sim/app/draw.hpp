#pragma once

#include <cstdint>
#include <string_view>

namespace terrace::sim {

/// A stream of random numbers that belongs to a name: what one build draws does not depend on what
/// was drawn before it, so every policy meets the same builds. FNV-1a of the name, then splitmix64:
/// a few lines of our own, as the distributions of <random> differ between libraries.
class Draw {
public:
    Draw(std::uint64_t seed, std::string_view name) : state_(0xcbf29ce484222325ULL) {
        for (const char c : name) mix_in(static_cast<unsigned char>(c));
        for (int shift = 0; shift < 64; shift += 8) mix_in((seed >> shift) & 0xff);
    }

    std::uint64_t bits() {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// Above 0 and below 1.
    double unit() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }

private:
    void mix_in(std::uint64_t byte) { state_ = (state_ ^ byte) * 0x100000001b3ULL; }

    std::uint64_t state_;
};

}  // namespace terrace::sim
