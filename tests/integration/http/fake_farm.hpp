#pragma once

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "common/http/client.hpp"
#include "common/os/files.hpp"
#include "scheduler/app/adapters.hpp"
#include "scheduler/app/publications.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/server.hpp"

namespace terrace::rest {

/// Answers events on a thread of its own, as the engine does.
class FakeEngine {
public:
    FakeEngine();
    ~FakeEngine();
    void post(engine::Command command);

    /// Called on the engine's thread. Set before the first request.
    std::function<Result<core::Reply>(const core::Event&)> decide;

private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<engine::Command> inbox_;
    bool stopping_ = false;
    std::thread thread_;
};

/// Names each list and row after what was asked.
class FakeReads final : public Reads {
public:
    std::string status() override;
    std::string workers(const Page& page) override;
    std::optional<std::string> worker(const std::string& name) override;
    std::string package_sets(const ReleaseFilter& filter) override;
    std::string packages(const ReleaseFilter& filter) override;
    std::string seeds(const ReleaseFilter& filter) override;
    std::string rebuilds(const ReleaseFilter& filter) override;
    std::optional<std::string> rebuild(RebuildId id) override;
    std::string builds(const BuildFilter& filter) override;
    std::optional<std::string> build(BuildId id) override;
    /// Attempts 1 to 10 are there; 2 has ended, and those in `ends`.
    AttemptEnds attempt_ends(const std::vector<AttemptId>& ids) override;
    std::optional<std::string> build_audit(BuildId id) override;
    std::optional<std::string> buildroot(const std::string& id) override;
    std::string comparisons(const ComparisonFilter& filter) override;
    std::optional<std::string> comparison(ComparisonId id) override;
    std::optional<std::string> gate_costs(RebuildId rebuild) override;
    std::string self_comparisons(const std::string& release) override;
    std::string composes(const ComposeFilter& filter) override;
    std::optional<std::string> compose(ComposeId id) override;
    std::optional<std::string> compose_diff(ComposeId before, ComposeId after) override;
    std::string streams(const ReleaseFilter& filter) override;
    std::string stream_moves(const ComposeFilter& filter) override;
    std::optional<std::string> stream_move(StreamMoveId id) override;

    void end_attempt(AttemptId id, AttemptEnd end);
    /// The only build's row, as JSON; empty: as the other rows.
    void set_build(std::string row);
    /// The same for the only compose.
    void set_compose(std::string row);

private:
    std::mutex mutex_;
    std::map<AttemptId, AttemptEnd> ends_;
    std::string build_;
    std::string compose_;
};

/// A farm on loopback with everything real but the engine and the database.
class FakeFarm {
public:
    /// `state`: where it keeps its files, as one before it did; else a directory that goes with it.
    /// A port of 0 is any that is free.
    explicit FakeFarm(std::string token = "",
                      BodyLimits limits = {},
                      ServerOptions options = on_free_port(),
                      std::optional<std::filesystem::path> state = std::nullopt);
    ~FakeFarm();

    static ServerOptions on_free_port() {
        ServerOptions options;
        options.port = 0;
        return options;
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    const std::filesystem::path& path() const { return state_; }
    std::size_t object_count() const;
    /// Files of uploads that are not whole.
    std::size_t incoming_count() const;
    /// As the engine's thread does when there may be work.
    void raise_work();
    /// As SIGTERM does; waits until the server has drained.
    void stop();

    FakeEngine engine;
    Intake intake;
    RepoCare repos;
    FakeReads reads;

private:
    os::TemporaryDirectory directory_;
    const std::filesystem::path state_;
    core::FarmConfig config_;
    publish::ObjectStore store_;

public:
    scheduler::StoredObjects objects;

private:
    scheduler::StoredPublications publications_;

public:
    LogStore logs;

private:
    WorkSignal work_;
    BlockingPool read_pool_{2, 100};
    BlockingPool file_pool_{2, 100};
    BlockingPool intake_pool_{1, 100};
    BlockingPool repo_pool_{1, 100};
    Services services_;
    Router router_;
    Server server_;
    asio::io_context io_{1};
    std::uint16_t port_ = 0;
    std::thread net_;
};

/// One farm and one client, and requests in few words.
struct FarmTalk {
    FakeFarm farm;
    http::Client client{farm.url(), ""};

    http::ClientResponse get(const std::string& target) { return send("GET", target, ""); }
    http::ClientResponse post(const std::string& target, const std::string& body) {
        return send("POST", target, body);
    }
    http::ClientResponse send(const std::string& method,
                              const std::string& target,
                              const std::string& body = "") {
        return client.request(method, target, body).value();
    }
};

}  // namespace terrace::rest
