#include "scheduler/app/api.hpp"

#include <utility>

#include "scheduler/app/config_farm.hpp"
#include "scheduler/http/resources.hpp"

namespace terrace::scheduler {
namespace {

constexpr std::size_t kFileThreads = 4;
constexpr std::size_t kIntakeThreads = 2;
constexpr std::size_t kRepoThreads = 2;

std::size_t size_of(std::int64_t limit) {
    return static_cast<std::size_t>(limit);
}

rest::ServerOptions server_options(const SchedulerConfig& config) {
    rest::ServerOptions options;
    options.address = config.address;
    options.port = config.port;
    options.connections_max = size_of(config.limits.connections);
    return options;
}

rest::BodyLimits body_limits(const SchedulerConfig& config) {
    rest::BodyLimits limits;
    limits.json = size_of(config.limits.json_bytes);
    limits.object = size_of(config.limits.body_bytes);
    return limits;
}

rest::LogKeeping log_keeping(const SchedulerConfig& config) {
    return {config.keep_logs, config.keep_failed_logs};
}

}  // namespace

// A connection makes at most one call at a time, so no pool needs room for more calls than
// connections.
Api::Api(const SchedulerConfig& config,
         const core::FarmConfig& farm,
         const std::string& dsn,
         const std::string& token,
         const publish::ObjectStore& objects,
         rest::RepoCare repos,
         rest::PostCommand post)
    : reads_(dsn, config.published, TERRACE_VERSION),
      objects_(objects, size_of(config.limits.body_bytes)),
      publications_(objects, farm, config.published, config.published_url),
      logs_(config.state / "logs", size_of(config.limits.log_bytes)),
      read_pool_(size_of(config.limits.database_connections), size_of(config.limits.connections)),
      file_pool_(kFileThreads, size_of(config.limits.connections)),
      intake_pool_(kIntakeThreads, size_of(config.limits.connections)),
      repo_pool_(kRepoThreads, size_of(config.limits.connections)),
      services_{farm,
                std::move(post),
                reads_,
                objects_,
                publications_,
                logs_,
                log_keeping(config),
                make_intake(objects),
                std::move(repos),
                parse_gate_policy,
                read_pool_,
                file_pool_,
                intake_pool_,
                repo_pool_,
                work_,
                body_limits(config)},
      router_(token),
      server_(router_, file_pool_, server_options(config)) {
    rest::add_all(router_, services_);
    housekeeper_.emplace(logs_, objects_, reads_, log_keeping(config));
}

void Api::stop(rest::asio::io_context& io) {
    work_.stop();
    server_.stop(io);
}

void Api::join() {
    housekeeper_->stop();
    read_pool_.join();
    file_pool_.join();
    intake_pool_.join();
    repo_pool_.join();
}

}  // namespace terrace::scheduler
