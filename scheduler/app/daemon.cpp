#include "scheduler/app/daemon.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/os/files.hpp"
#include "common/runtime/yaml_tree.hpp"
#include "scheduler/app/api.hpp"
#include "scheduler/app/build_records.hpp"
#include "scheduler/app/repo_keeper.hpp"
#include "scheduler/app/seed_metadata.hpp"
#include "scheduler/app/seed_resolver.hpp"
#include "scheduler/engine/engine_thread.hpp"
#include "scheduler/publish/compose_signer.hpp"
#include "scheduler/publish/composer.hpp"
#include "scheduler/publish/signing_queue.hpp"
#include "scheduler/store/pg_store.hpp"

namespace terrace::scheduler {
namespace {

namespace asio = boost::asio;

/// Runs what must be done before everything declared earlier is destroyed, however the scope is
/// left.
class AtExit {
public:
    explicit AtExit(std::function<void()> action) : action_(std::move(action)) {}
    ~AtExit() { action_(); }
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;

private:
    std::function<void()> action_;
};

/// The port's number in a file, for programs that started us with port 0; gone when nobody listens.
class PortFile {
public:
    explicit PortFile(const std::filesystem::path& state) : path_(state / "port") { remove(); }
    ~PortFile() { remove(); }
    PortFile(const PortFile&) = delete;
    PortFile& operator=(const PortFile&) = delete;

    void write(std::uint16_t port) {
        os::write_file_atomically(path_, std::to_string(port) + "\n");
    }

private:
    void remove() {
        std::error_code ignored;  // it is a help, and most often not there
        std::filesystem::remove(path_, ignored);
    }
    std::filesystem::path path_;
};

}  // namespace

std::string load_token(const SchedulerConfig& config) {
    if (config.token_file.empty()) return "";
    std::string token;
    try {
        token = os::read_file(config.token_file, 4096);
    } catch (const std::system_error& e) {
        throw runtime::ConfigError(config.token_file.string() +
                                   ": the token cannot be read: " + e.what());
    }
    const std::size_t begin = token.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) {
        throw runtime::ConfigError(config.token_file.string() + ": there is no token in it.");
    }
    token = token.substr(begin, token.find_last_not_of(" \t\r\n") + 1 - begin);
    if (token.find_first_of(" \t\r\n") != std::string::npos) {
        throw runtime::ConfigError(config.token_file.string() + ": a token is one word.");
    }
    return token;
}

void serve_farm(const SchedulerConfig& config,
                const core::FarmConfig& farm,
                const std::string& dsn,
                const std::string& token) {
    // Each thing may use what is above it, and is destroyed before it.
    PortFile port_file(config.state);
    store::PgStore store(dsn);
    const publish::ObjectStore objects(config.state / "objects");
    DatabaseBuildRecords records(dsn, config.published);
    const publish::ComposeSigner signer(objects, farm, records,
                                        {config.signer_socket, config.published_url});
    const std::filesystem::path seeds = config.state / "resolver";
    publish::Composer composer(
        objects, config.published, {},
        [seeds](const std::vector<SeedRepo>& repos) { return client_repos(repos, seeds); },
        &signer);
    publish::SigningQueue signing_queue(composer, signer);
    RepoKeeper keeper(objects, composer, config.published, [&signer](const std::string& release) {
        return signer.public_keys(release);
    });
    SeedResolver resolver({seeds, config.buildroot_base, 2});
    std::unique_ptr<engine::EngineThread> engine;
    Api api(config, farm, dsn, token, objects, keeper.care(),
            [&engine](engine::Command command) { engine->post(std::move(command)); });
    asio::io_context io(1);
    // Other threads hand their results to the io_context, so they end before it does.
    const AtExit stop_threads([&] {
        if (engine) engine->stop();
        keeper.stop();
        signing_queue.stop();
        composer.stop();
        resolver.stop();
        api.join();
    });
    asio::signal_set signals(io);
    std::optional<std::string> fatal;
    const auto stop = [&] {
        signals.cancel();
        signals.clear();  // the next signal ends the process
        api.stop(io);
    };

    engine::EngineThread::Options options;
    options.inbox_max = static_cast<std::size_t>(config.limits.inbox);
    options.on_work_ready = [&io, &api] { asio::post(io, [&api] { api.raise_work(); }); };
    options.on_fatal = [&io, &fatal, &stop](std::string why) {
        asio::post(io, [&fatal, &stop, why = std::move(why)] {
            fatal = why;
            stop();
        });
    };
    engine = std::make_unique<engine::EngineThread>(farm, store, signing_queue, resolver,
                                                    std::move(options));

    for (const auto& [name, release] : farm.releases) {
        if (release.signing == Signing::none)
            runtime::log_warn("release_is_not_signed", {{"release", name}});
    }
    signals.add(SIGTERM);
    signals.add(SIGINT);
    signals.async_wait([&stop](const boost::system::error_code& error, int signal) {
        if (error) return;
        runtime::log_info("stopping", {{"signal", signal}});
        stop();
    });
    const std::uint16_t port = api.listen(io);
    port_file.write(port);
    runtime::log_info("listening", {{"address", config.address}, {"port", port}});
    io.run();
    if (fatal) throw std::runtime_error(*fatal);
    runtime::log_info("stopped");
}

}  // namespace terrace::scheduler
