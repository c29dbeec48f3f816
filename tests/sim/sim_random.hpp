#pragma once

#include <cstdint>
#include <random>

namespace terrace::sim {

/// The one source of chance of a simulation. Bounded and portable: std::uniform_int_distribution
/// may give other numbers with another library, mt19937_64 may not.
class SimRandom {
public:
    explicit SimRandom(std::uint64_t seed) : bits_(seed) {}
    int below(int bound) { return static_cast<int>(bits_() % static_cast<std::uint64_t>(bound)); }
    bool percent(int p) { return below(100) < p; }
    bool permille(int p) { return below(1000) < p; }

private:
    std::mt19937_64 bits_;
};

}  // namespace terrace::sim
