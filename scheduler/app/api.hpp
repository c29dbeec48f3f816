#pragma once

#include <optional>
#include <string>

#include "scheduler/app/adapters.hpp"
#include "scheduler/app/config.hpp"
#include "scheduler/app/publications.hpp"
#include "scheduler/http/housekeeping.hpp"
#include "scheduler/http/server.hpp"
#include "scheduler/http/services.hpp"

namespace terrace::scheduler {

/// The REST API and all that it needs. It owns nothing of an io_context, so it is made before it
/// and outlives it. All of it but the threads inside is for the net thread.
class Api {
public:
    /// References must outlive the API. `post` hands a command to the engine.
    Api(const SchedulerConfig& config,
        const core::FarmConfig& farm,
        const std::string& dsn,
        const std::string& token,
        const publish::ObjectStore& objects,
        rest::RepoCare repos,
        rest::PostCommand post);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// @return the port. Throws std::runtime_error when the address cannot be used.
    std::uint16_t listen(rest::asio::io_context& io) { return server_.listen(io); }
    /// A slot that found nothing before may find something now.
    void raise_work() { work_.raise(); }
    /// Accepts no more and lets what is under way end; the io_context runs dry after that.
    void stop(rest::asio::io_context& io);
    /// Waits for the threads. @pre the io_context exists and does not run any more
    void join();

private:
    PgReads reads_;
    StoredObjects objects_;
    StoredPublications publications_;
    rest::LogStore logs_;
    rest::WorkSignal work_;
    rest::BlockingPool read_pool_;
    rest::BlockingPool file_pool_;
    rest::BlockingPool intake_pool_;
    rest::BlockingPool repo_pool_;
    const rest::Services services_;
    rest::Router router_;
    rest::Server server_;
    std::optional<rest::Housekeeper> housekeeper_;  ///< last: it uses what is above
};

}  // namespace terrace::scheduler
