#include "scheduler/core/gate/log_ratio.hpp"

#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "common/vocab/cpu_time.hpp"

namespace terrace::core {
namespace {

/// By pair number.
std::map<int, double> pair_log_ratios(const std::string& benchmark,
                                      const std::vector<Sample>& samples) {
    std::map<int, std::pair<std::int64_t, std::int64_t>> sides;  // baseline, variant
    for (const Sample& sample : samples) {
        if (sample.benchmark != benchmark || cpu_us(sample) <= 0) continue;
        auto& [baseline, variant] = sides[sample.pair];
        (sample.variant ? variant : baseline) = cpu_us(sample);
    }
    std::map<int, double> ratios;
    for (const auto& [pair, times] : sides) {
        if (times.first == 0 || times.second == 0) continue;
        ratios[pair] =
            std::log(static_cast<double>(times.first) / static_cast<double>(times.second));
    }
    return ratios;
}

}  // namespace

std::vector<double> block_log_ratios(const std::string& benchmark,
                                     const std::vector<Sample>& samples) {
    const std::map<int, double> ratios = pair_log_ratios(benchmark, samples);
    std::vector<double> blocks;
    for (const auto& [pair, ratio] : ratios) {
        if (pair % 2 != 0) continue;
        const auto partner = ratios.find(pair + 1);
        if (partner != ratios.end()) blocks.push_back((ratio + partner->second) / 2);
    }
    return blocks;
}

}  // namespace terrace::core
