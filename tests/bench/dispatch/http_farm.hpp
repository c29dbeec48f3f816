#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "scheduler/app/api.hpp"
#include "scheduler/engine/engine_thread.hpp"
#include "tests/bench/bench_farm.hpp"

namespace terrace::bench {

/// The REST API on loopback as the daemon has it: the real server, engine and store, on threads of
/// this process. Only nothing is ever composed.
class HttpFarm {
public:
    /// @pre `store` and `farm` outlive it
    HttpFarm(const core::FarmConfig& farm,
             engine::Store& store,
             const std::string& dsn,
             const std::filesystem::path& state);
    ~HttpFarm();

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    scheduler::SchedulerConfig config_;
    publish::ObjectStore objects_;
    NullComposer composer_;
    NullResolver resolver_;
    std::unique_ptr<engine::EngineThread> engine_;
    scheduler::Api api_;
    boost::asio::io_context io_{1};
    std::uint16_t port_ = 0;
    std::thread net_;
};

}  // namespace terrace::bench
