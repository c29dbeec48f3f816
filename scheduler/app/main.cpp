#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

#include "common/runtime/log.hpp"
#include "common/runtime/yaml_tree.hpp"
#include "scheduler/app/config.hpp"
#include "scheduler/app/daemon.hpp"
#include "scheduler/app/embedded_postgres.hpp"
#include "scheduler/publish/extra_metadata.hpp"

namespace {

using namespace terrace;

constexpr int kFailed = 1;
constexpr int kUsageError = 2;

struct Arguments {
    std::string config;
    std::string embedded_postgres;
    bool check_config = false;
};

void declare(CLI::App& app, Arguments& arguments) {
    app.add_option("--config", arguments.config, "The scheduler's configuration (scheduler.yaml)")
        ->required();
    app.add_option(
        "--embedded-postgres", arguments.embedded_postgres,
        "Start a PostgreSQL server of our own in this directory, whatever the configuration says");
    app.add_flag(
        "--check-config", arguments.check_config,
        "Read the configuration, the releases and the benchmarks, say what is wrong, and end");
    app.set_version_flag("--version", std::string("terrace-scheduler ") + TERRACE_VERSION);
}

/// Each compose reads these files anew; what is wrong with them should be known before.
void check_metadata(const core::FarmConfig& farm) {
    for (const auto& [name, release] : farm.releases) {
        try {
            publish::read_extra_metadata(release.metadata);
        } catch (const std::exception& e) {
            throw runtime::ConfigError("Release " + name + ": " + e.what());
        }
    }
}

int run(const Arguments& arguments) {
    const scheduler::SchedulerConfig config = scheduler::load_config(arguments.config);
    const core::FarmConfig farm = scheduler::load_farm_config(config);
    check_metadata(farm);
    const std::string token = scheduler::load_token(config);
    if (arguments.check_config) {
        std::cout << arguments.config << " is fine.\n";
        return 0;
    }
    runtime::init_log(config.log_level);
    std::signal(SIGPIPE, SIG_IGN);  // a lost peer is an error of a write, not the end
    std::filesystem::create_directories(config.state);
    std::string dsn = config.database_dsn;
    std::optional<scheduler::EmbeddedPostgres> postgres;
    if (dsn.empty() || !arguments.embedded_postgres.empty()) {
        std::filesystem::path directory = config.state / "postgres";
        if (!arguments.embedded_postgres.empty()) directory = arguments.embedded_postgres;
        dsn = postgres.emplace(directory).dsn();
    }
    scheduler::serve_farm(config, farm, dsn, token);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Terrace's scheduler: the farm's state, its REST API, and what it publishes.");
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
        std::cerr << "terrace-scheduler: " << e.what() << "\n";
        return kUsageError;
    } catch (const std::exception& e) {
        std::cerr << "terrace-scheduler: " << e.what() << "\n";
        return kFailed;
    }
}
