#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "common/runtime/log.hpp"
#include "common/runtime/yaml_reader.hpp"
#include "common/vocab/names.hpp"
#include "worker/app/config.hpp"
#include "worker/app/daemon.hpp"
#include "worker/app/probe_command.hpp"
#include "worker/app/stop_signal.hpp"

namespace {

using terrace::Level;

constexpr int kUsageError = 2;

struct Arguments {
    std::string config;
    bool probe = false;
    bool json = false;
    std::string require;
    std::string leaves;
};

void declare(CLI::App& app, Arguments& arguments) {
    auto* config =
        app.add_option("--config", arguments.config, "Work for the farm, as this file says");
    auto* probe =
        app.add_flag("--probe", arguments.probe, "Print what this machine is, and its level");
    app.add_flag("--json", arguments.json, "With --probe: as JSON")->needs(probe);
    app.add_option("--require", arguments.require,
                   "With --probe: end with 1 if the machine's level is lower, such as x86_64_v3")
        ->needs(probe);
    auto* leaves =
        app.add_option("--level-from-leaves", arguments.leaves,
                       "Print the level of each row of a table of CPUID registers (TSV)");
    config->excludes(probe)->excludes(leaves);
    probe->excludes(leaves);
    app.set_version_flag("--version", std::string("terrace-worker ") + TERRACE_VERSION);
}

int run(const Arguments& arguments) {
    if (!arguments.leaves.empty()) return terrace::worker::print_levels(arguments.leaves);
    if (arguments.probe) {
        std::optional<Level> required;
        if (!arguments.require.empty()) {
            required = terrace::from_name<Level>(arguments.require);
            if (!required || *required == Level::none) {
                std::cerr << "terrace-worker: '" << arguments.require
                          << "' is no level: x86_64, x86_64_v2, x86_64_v3 or x86_64_v4.\n";
                return kUsageError;
            }
        }
        return terrace::worker::print_probe(arguments.json, required);
    }
    if (arguments.config.empty()) {
        std::cerr << "terrace-worker: give --config FILE or --probe (see --help).\n";
        return kUsageError;
    }
    const auto config =
        terrace::worker::read_config(terrace::runtime::YamlMap::from_file(arguments.config));
    terrace::runtime::init_log(config.log_level);
    terrace::worker::block_stop_signals();
    terrace::worker::run_daemon(config);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Terrace's worker: tells the farm what this machine can do, and builds and measures "
        "packages on it.");
    Arguments arguments;
    declare(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : kUsageError;
    }
    try {
        return run(arguments);
    } catch (const terrace::runtime::ConfigError& e) {
        std::cerr << "terrace-worker: " << e.what() << "\n";
        return kUsageError;
    } catch (const std::exception& e) {
        std::cerr << "terrace-worker: " << e.what() << "\n";
        return 1;
    }
}
