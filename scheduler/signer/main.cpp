// terrace-signer: signs RPMs, metadata and provenance for the scheduler, and lets no key out.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <string>

#include "common/runtime/log.hpp"
#include "common/runtime/yaml_tree.hpp"
#include "scheduler/signer/server.hpp"

namespace {

using namespace terrace;

constexpr int kFailed = 1;
constexpr int kUsageError = 2;

/// Keys are in this process's memory: no core file, no debugger of the same user.
void keep_memory_private() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    umask(077);
}

int run(const std::string& path, bool check_config) {
    keep_memory_private();
    const signer::SignerConfig config = signer::load_signer_config(path);
    signer::Signer signer(config);
    if (check_config) {
        std::cout << path << " is fine: every key is there and can sign.\n";
        return 0;
    }
    runtime::init_log(config.log_level);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there are threads, which inherit it
    const signer::Server server(signer, config);
    runtime::log_info("listening", {{"socket", config.socket.string()}});
    int signal = 0;
    sigwait(&signals, &signal);
    runtime::log_info("stopping", {{"signal", signal}});
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Terrace's signer: holds the keys of releases, and signs what the scheduler sends it.");
    std::string config;
    bool check_config = false;
    app.add_option("--config", config, "The signer's configuration (signer.yaml)")->required();
    app.add_flag("--check-config", check_config,
                 "Read the configuration, look whether every key can sign, and end");
    app.set_version_flag("--version", std::string("terrace-signer ") + TERRACE_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : kUsageError;
    }
    try {
        return run(config, check_config);
    } catch (const runtime::ConfigError& e) {
        std::cerr << "terrace-signer: " << e.what() << "\n";
        return kUsageError;
    } catch (const std::exception& e) {
        std::cerr << "terrace-signer: " << e.what() << "\n";
        return kFailed;
    }
}
