// How often the gate is right, on simulated comparisons whose truth is known: false promotions,
// power, coverage of its intervals, and the runs that its looks save. The noise is a model's, and
// what was recorded.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "cli/output/output.hpp"
#include "cli/output/table.hpp"
#include "common/wire/json.hpp"
#include "scheduler/core/gate/forecast.hpp"
#include "tests/bench/gate_power/experiments.hpp"

namespace terrace::bench {
namespace {

constexpr double kNoise = 0.01;

struct Options {
    std::string samples;
    int experiments = 10'000;
    int threads = 2;
};

struct Figures {
    double false_at_0 = 0;       ///< worst of all noise
    double false_at_minus2 = 0;  ///< likewise
    double false_at_plus2 = 0;   ///< likewise: the margin itself
    double power = 1;            ///< the least of the model's and of the recorded noise, at 1 %
    FixedCoverage coverage;      ///< the model's
    FixedCoverage coverage_recorded;
    double coverage_stopped = 1;  ///< the least of all
    double saved = 0;             ///< the model's noise at 1 %
    double saved_recorded = 0;
};

std::string percent(double share, int digits = 2) {
    return fmt::format("{:.{}f} %", share * 100, digits);
}

std::vector<NoiseSeries> all_recorded(const std::string& directory) {
    std::vector<NoiseSeries> all;
    for (const char* file : {"own-cpu-0.tsv", "own-cpu-1.tsv", "shared-cpu.tsv"}) {
        for (NoiseSeries& series : read_recorded(directory + "/" + file))
            all.push_back(std::move(series));
    }
    return all;
}

void print_shapes(cli::Output& output, const std::vector<NoiseSeries>& recorded) {
    std::vector<NoiseSeries> model;
    core::SplitMix random(core::seed_of("shape"));
    for (int i = 0; i < 2000; ++i) model.push_back(model_series({}, random, 48));
    cli::Table table({{"series"},
                      {"pair deviation", cli::Align::right},
                      {"block / pair", cli::Align::right},
                      {"run kurtosis", cli::Align::right},
                      {"block kurtosis", cli::Align::right},
                      {"run correlation 1, 4, 16", cli::Align::right},
                      {"block correlation", cli::Align::right}});
    const auto add = [&](const std::string& name, const NoiseShape& shape, bool scaled) {
        table.add({{name},
                   {scaled ? "1 (scaled)" : percent(shape.pair_deviation)},
                   {fmt::format("{:.2f}", shape.block_over_pair)},
                   {fmt::format("{:.1f}", shape.run_kurtosis)},
                   {fmt::format("{:.1f}", shape.block_kurtosis)},
                   {fmt::format("{:.2f} {:.2f} {:.2f}", shape.run_correlation[0],
                                shape.run_correlation[1], shape.run_correlation[2])},
                   {fmt::format("{:.2f}", shape.block_correlation)}});
    };
    for (const NoiseSeries& series : recorded) add(series.name, shape_of(series), false);
    add("recorded, medians", median_shape(recorded), false);
    add("model, medians", median_shape(model), true);
    output.print_line("== Noise: what was recorded, and the model\n");
    output.print(table, "");
    output.print_line("");
}

cli::Table tally_table() {
    using cli::Align;
    return cli::Table({{"noise"},
                       {"pair deviation", Align::right},
                       {"true gain", Align::right},
                       {"promote", Align::right},
                       {"by 40 pairs", Align::right},
                       {"regress", Align::right},
                       {"equivalent", Align::right},
                       {"hold", Align::right},
                       {"unstable", Align::right},
                       {"mean pairs", Align::right},
                       {"forecast", Align::right},
                       {"interval holds truth", Align::right}});
}

void add_row(cli::Table& table,
             const std::string& source,
             double noise,
             const std::string& truth,
             const Tally& tally,
             const std::string& forecast) {
    table.add({{source},
               {percent(noise, 1)},
               {truth},
               {percent(tally.share(tally.promote))},
               {percent(tally.share(tally.promote_by_40))},
               {percent(tally.share(tally.regress))},
               {percent(tally.share(tally.equivalent))},
               {percent(tally.share(tally.hold))},
               {percent(tally.share(tally.unstable))},
               {fmt::format("{:.1f}", static_cast<double>(tally.pairs) / tally.experiments)},
               {forecast},
               {percent(tally.share(tally.covered))}});
}

/// The mean pairs that the forecast expects, for blocks that depend on nothing but their pairs.
std::string expected_pairs(double gain, double noise) {
    const core::Forecast forecast =
        core::forecast({}, {}, std::log1p(gain), noise / std::sqrt(2), 1);
    return fmt::format("{:.1f}", forecast.pairs_expected);
}

void simulate_source(const Options& options,
                     const std::string& name,
                     const NoiseSource& source,
                     cli::Table& table,
                     Figures& figures) {
    for (const double noise : {kNoise, 0.03, 0.06}) {
        const Experiments what{source, noise, options.experiments, options.threads};
        const std::string prefix = fmt::format("{}/{}", name, noise);
        for (const double gain : {-0.03, -0.02, 0.0, 0.02, 0.04}) {
            const Tally tally = simulate(what, fmt::format("{}/{}", prefix, gain), gain);
            add_row(table, name, noise, fmt::format("{:+.0f} %", gain * 100), tally,
                    expected_pairs(gain, noise));
            const double promoted = tally.share(tally.promote);
            if (gain == -0.02)
                figures.false_at_minus2 = std::max(figures.false_at_minus2, promoted);
            if (gain == 0) figures.false_at_0 = std::max(figures.false_at_0, promoted);
            if (gain == 0.02) figures.false_at_plus2 = std::max(figures.false_at_plus2, promoted);
            if (gain == 0.04 && noise == kNoise)
                figures.power = std::min(figures.power, tally.share(tally.promote_by_40));
            figures.coverage_stopped =
                std::min(figures.coverage_stopped, tally.share(tally.covered));
        }
        const Tally mix = simulate_mix(what, prefix + "/mix");
        add_row(table, name, noise, "mix", mix, "");
        figures.coverage_stopped = std::min(figures.coverage_stopped, mix.share(mix.covered));
        if (noise == kNoise)
            (name == "model" ? figures.saved : figures.saved_recorded) = mix.saved();
    }
}

double rounded(double value) {
    return std::round(value * 10'000) / 10'000;
}

wire::json::object metrics_of(const Figures& figures) {
    return {{"false_promote_at_0", rounded(figures.false_at_0)},
            {"false_promote_at_minus2", rounded(figures.false_at_minus2)},
            {"false_promote_at_plus2", rounded(figures.false_at_plus2)},
            {"power_at_plus4", rounded(figures.power)},
            {"coverage", rounded(figures.coverage.bootstrap)},
            {"coverage_student", rounded(figures.coverage.student)},
            {"coverage_recorded", rounded(figures.coverage_recorded.bootstrap)},
            {"coverage_recorded_student", rounded(figures.coverage_recorded.student)},
            {"coverage_at_stopping", rounded(figures.coverage_stopped)},
            {"runs_saved", rounded(figures.saved)},
            {"runs_saved_recorded", rounded(figures.saved_recorded)}};
}

void run(const Options& options) {
    cli::Output output = cli::standard_output();
    const std::vector<NoiseSeries> recorded = all_recorded(options.samples);
    print_shapes(output, recorded);
    const NoiseSource model{NoiseModel{}};
    const NoiseSource resampled{recorded};
    Figures figures;
    cli::Table table = tally_table();
    simulate_source(options, "model", model, table, figures);
    simulate_source(options, "recorded", resampled, table, figures);
    const auto coverage = [&](const std::string& name, const NoiseSource& source) {
        return fixed_coverage({source, 1, options.experiments, options.threads}, name + "/fixed");
    };
    figures.coverage = coverage("model", model);
    figures.coverage_recorded = coverage("recorded", resampled);
    output.print_line(fmt::format("== {} simulated comparisons a row\n", options.experiments));
    output.print(table, "");
    output.print_line(fmt::format(
        "\nIntervals of 80 pairs, fixed beforehand, hold the truth: bootstrap {} (model), {} "
        "(recorded); Student {}, {}\nRuns saved in the mix at 1 % noise: {} (model), {} "
        "(recorded)\n",
        percent(figures.coverage.bootstrap), percent(figures.coverage_recorded.bootstrap),
        percent(figures.coverage.student), percent(figures.coverage_recorded.student),
        percent(figures.saved, 1), percent(figures.saved_recorded, 1)));
    const wire::json::value line = {{"bench", "gate_power"}, {"metrics", metrics_of(figures)}};
    std::cout << wire::json::serialize(line) << std::endl;
}

}  // namespace
}  // namespace terrace::bench

int main(int argc, char** argv) {
    using namespace terrace::bench;
    Options options;
    CLI::App app("How often the gate is right, on simulated comparisons whose truth is known");
    app.add_option("--samples", options.samples, "Folder with recorded noise")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--experiments", options.experiments, "Simulated comparisons for each truth")
        ->check(CLI::Range(10, 10'000'000))
        ->capture_default_str();
    app.add_option("--threads", options.threads, "How many; the figures do not depend on it")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_gate_power: %s\n", e.what());
        return 1;
    }
    return 0;
}
