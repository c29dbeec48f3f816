#include "tests/bench/gate_power/noise_series.hpp"

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <sstream>
#include <stdexcept>

#include "scheduler/core/gate/moments.hpp"
#include "tests/bench/statistics.hpp"

namespace terrace::bench {
namespace {

double kurtosis(std::span<const double> values) {
    const double mean = core::moments_of(values).mean;
    double squares = 0;
    double fourths = 0;
    for (const double value : values) {
        squares += std::pow(value - mean, 2);
        fourths += std::pow(value - mean, 4);
    }
    return fourths * static_cast<double>(values.size()) / (squares * squares);
}

double correlation(std::span<const double> values, std::size_t lag) {
    const double mean = core::moments_of(values).mean;
    double products = 0;
    double squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        squares += (values[i] - mean) * (values[i] - mean);
        if (i + lag < values.size()) products += (values[i] - mean) * (values[i + lag] - mean);
    }
    return products / squares;
}

}  // namespace

std::array<double, 2> NoiseBlock::pairs() const {
    const double sign = variant_first ? -1 : 1;
    return {sign * (log_times[0] - log_times[1]), sign * (log_times[3] - log_times[2])};
}

double NoiseBlock::log_ratio() const {
    return (pairs()[0] + pairs()[1]) / 2;
}

NoiseShape shape_of(const NoiseSeries& series) {
    std::vector<double> runs;
    std::vector<double> pairs;
    std::vector<double> blocks;
    for (const NoiseBlock& block : series.blocks) {
        runs.insert(runs.end(), block.log_times.begin(), block.log_times.end());
        for (const double pair : block.pairs()) pairs.push_back(pair);
        blocks.push_back(block.log_ratio());
    }
    NoiseShape shape;
    shape.pair_deviation = core::moments_of(pairs).deviation;
    shape.block_over_pair = core::moments_of(blocks).deviation / shape.pair_deviation;
    shape.run_kurtosis = kurtosis(runs);
    shape.block_kurtosis = kurtosis(blocks);
    shape.run_correlation = {correlation(runs, 1), correlation(runs, 4), correlation(runs, 16)};
    shape.block_correlation = correlation(blocks, 1);
    return shape;
}

NoiseShape median_shape(const std::vector<NoiseSeries>& series) {
    std::vector<NoiseShape> shapes;
    for (const NoiseSeries& each : series) shapes.push_back(shape_of(each));
    const auto median_of = [&](const std::function<double(const NoiseShape&)>& member) {
        std::vector<double> values;
        for (const NoiseShape& shape : shapes) values.push_back(member(shape));
        return median(std::move(values));
    };
    NoiseShape result;
    result.pair_deviation = median_of(&NoiseShape::pair_deviation);
    result.block_over_pair = median_of(&NoiseShape::block_over_pair);
    result.run_kurtosis = median_of(&NoiseShape::run_kurtosis);
    result.block_kurtosis = median_of(&NoiseShape::block_kurtosis);
    result.block_correlation = median_of(&NoiseShape::block_correlation);
    for (std::size_t i = 0; i < result.run_correlation.size(); ++i) {
        result.run_correlation[i] =
            median_of([i](const NoiseShape& shape) { return shape.run_correlation[i]; });
    }
    return result;
}

std::vector<NoiseSeries> read_recorded(const std::string& file) {
    std::ifstream input(file);
    if (!input) throw std::runtime_error("cannot read " + file);
    std::vector<NoiseSeries> all;
    for (std::string line; std::getline(input, line);) {
        if (line.starts_with('#') || line.starts_with("program")) continue;
        std::istringstream fields(line);
        std::string program;
        std::string order;
        NoiseBlock block;
        fields >> program >> order;
        for (double& time : block.log_times) {
            fields >> time;
            time = std::log(time);
        }
        if (!fields || (order != "ABBA" && order != "BAAB"))
            throw std::runtime_error(file + ": not a block: " + line);
        block.variant_first = order == "BAAB";
        const std::string name = std::filesystem::path(file).stem().string() + "/" + program;
        if (all.empty() || all.back().name != name) all.push_back({name, {}});
        all.back().blocks.push_back(block);
    }
    return all;
}

}  // namespace terrace::bench
