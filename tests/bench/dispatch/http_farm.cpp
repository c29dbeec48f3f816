#include "tests/bench/dispatch/http_farm.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace terrace::bench {
namespace {

scheduler::SchedulerConfig config_in(const std::filesystem::path& state) {
    scheduler::SchedulerConfig config;
    config.state = state;
    config.published = state / "published";
    config.port = 0;
    return config;
}

}  // namespace

HttpFarm::HttpFarm(const core::FarmConfig& farm,
                   engine::Store& store,
                   const std::string& dsn,
                   const std::filesystem::path& state)
    : config_(config_in(state)),
      objects_(state / "objects"),
      api_(config_, farm, dsn, "", objects_, rest::RepoCare{}, [this](engine::Command command) {
          engine_->post(std::move(command));
      }) {
    engine::EngineThread::Options options;
    options.on_work_ready = [this] { boost::asio::post(io_, [this] { api_.raise_work(); }); };
    engine_ = std::make_unique<engine::EngineThread>(farm, store, composer_, resolver_,
                                                     std::move(options));
    port_ = api_.listen(io_);
    net_ = std::thread([this] { io_.run(); });
}

HttpFarm::~HttpFarm() {
    boost::asio::post(io_, [this] { api_.stop(io_); });
    net_.join();
    engine_->stop();
    api_.join();
}

}  // namespace terrace::bench
