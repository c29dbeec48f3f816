#include "scheduler/core/gate/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/sequential_density.hpp"

namespace terrace::core {
namespace {

/// Where Z = mean / standard error leads to each verdict.
struct StopRegions {
    ZInterval regress;
    ZInterval equivalent;
    ZInterval promote;
};

StopRegions stop_regions(const GatePolicy& policy,
                         const LookBoundaries& bounds,
                         std::size_t look,
                         int blocks,
                         double deviation) {
    const double error = deviation / std::sqrt(blocks);
    const auto critical = [&](double boundary) {
        return student_upper_quantile(normal_upper(boundary), blocks - 1);
    };
    const double loss = std::log1p(-policy.loss_max) / error;
    const double gain = std::log1p(policy.gain_min) / error;
    const double inside = critical(bounds.equivalence[look]);
    return {.regress = {.high = loss - critical(bounds.any[look])},
            .equivalent = {loss + inside, std::log1p(policy.loss_max) / error - inside},
            .promote = {.low = gain + critical(bounds.gain[look])}};
}

std::vector<ZInterval> between(const StopRegions& stops) {
    if (!(stops.equivalent.low < stops.equivalent.high))
        return {{stops.regress.high, stops.promote.low}};
    return {{stops.regress.high, stops.equivalent.low}, {stops.equivalent.high, stops.promote.low}};
}

}  // namespace

double Forecast::probability(Verdict verdict, int pairs_max) const {
    double sum = 0;
    for (const LookForecast& look : looks) {
        if (look.pairs > pairs_max) break;
        if (verdict == Verdict::promote) sum += look.promote;
        if (verdict == Verdict::regress) sum += look.regress;
        if (verdict == Verdict::equivalent) sum += look.equivalent;
        if (verdict == Verdict::hold) sum += look.hold;
    }
    return sum;
}

std::optional<int> Forecast::pairs_until_decided(double probability) const {
    double sum = 0;
    for (const LookForecast& look : looks) {
        sum += look.promote + look.regress + look.equivalent;
        if (sum >= probability) return look.pairs;
    }
    return std::nullopt;
}

Forecast forecast(const GatePolicy& policy,
                  const SequentialDesign& design,
                  double log_ratio,
                  double deviation,
                  double cpu_seconds_per_pair) {
    TERRACE_CHECK(deviation > 0);
    const LookBoundaries bounds = look_boundaries(design, 1);
    const double all_blocks = design.looks.back() / 2.0;
    SequentialDensity density(log_ratio / deviation * std::sqrt(all_blocks));
    Forecast result;
    for (std::size_t look = 0; look < design.looks.size(); ++look) {
        const int pairs = design.looks[look];
        const double fraction = bounds.fractions[look];
        const StopRegions stops = stop_regions(policy, bounds, look, pairs / 2, deviation);
        const std::vector<ZInterval> rest = between(stops);
        LookForecast& at = result.looks.emplace_back();
        at.pairs = pairs;
        at.promote = density.probability(fraction, stops.promote);
        at.regress = density.probability(fraction, stops.regress);
        at.equivalent = density.probability(fraction, stops.equivalent);
        double going_on = 0;
        for (const ZInterval& region : rest) going_on += density.probability(fraction, region);
        if (look + 1 == design.looks.size()) at.hold = going_on;
        result.pairs_expected += pairs * (at.promote + at.regress + at.equivalent + at.hold);
        density.look(fraction, rest);
    }
    result.cpu_seconds_expected = result.pairs_expected * cpu_seconds_per_pair;
    return result;
}

}  // namespace terrace::core
