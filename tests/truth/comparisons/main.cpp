// Compares RPMs in one pair of build roots, again and again. Prints each comparison as a line of
// JSON as soon as it has its verdict; tests/truth/run counts which are right.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string_view>

#include "common/wire/json.hpp"
#include "tests/truth/comparisons/twin_set.hpp"

namespace {

volatile std::sig_atomic_t stopped = 0;

void stop(int) {
    stopped = 1;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace terrace;
    truth::TwinSetOptions options;
    std::uint64_t first_seed = 1;
    int comparisons = 1;
    CLI::App app("Compares RPMs in one pair of build roots, again and again");
    app.add_option("--benchmark", options.benchmark, "Benchmark file")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--only", options.only, "This one of its benchmarks");
    app.add_option("--release", options.release, "Release file, whose gate decides")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--mock-configs", options.mock_configs, "Folder of the release's .cfg files")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--baseline", options.baseline, "Folder of the baseline's RPMs")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--variant", options.variant, "Folder of the variant's RPMs")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--config", options.attempt_config, ".cfg of both build roots")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--work", options.work_directory, "Folder for files of this run")->required();
    app.add_option("--measure", options.measure_program, "terrace-measure")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--unique-ext", options.unique_ext, "Of the build roots' names")
        ->capture_default_str();
    app.add_option("--first-seed", first_seed, "Of the first comparison; the next ones count on")
        ->capture_default_str();
    app.add_option("--comparisons", comparisons, "How many")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("mock", options.mock_command, "mock, and options for each call of it")
        ->required();
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGINT, stop);  // mock is ended and the build roots are removed
    std::signal(SIGTERM, stop);
    try {
        truth::compare_repeatedly(
            options, first_seed, comparisons, [] { return stopped != 0; },
            [](std::string_view line) {
                std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
            },
            [](const truth::Compared& compared) {
                std::cout << wire::to_text(compared) << std::endl;
            });
    } catch (const std::exception& e) {
        std::fprintf(stderr, "truth_comparisons: %s\n", e.what());
        return 1;
    }
    return 0;
}
