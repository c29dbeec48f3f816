#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "worker/agent/ports.hpp"
#include "worker/client/client_pool.hpp"

namespace terrace::worker {

/// The scheduler's REST API as agent::SchedulerApi. Logs when the farm goes away and when it is
/// back, once each. Callable from any thread.
class SchedulerClient : public agent::SchedulerApi {
public:
    /// `token` may be empty. Throws std::invalid_argument for a URL that is not "http://HOST:PORT".
    SchedulerClient(const std::string& url, const std::string& token) : pool_(url, token) {}

    Result<wire::WorkerWelcome> register_worker(const WorkerHello& hello) override;
    Result<std::optional<LeaseGrant>> request_lease(const wire::LeaseRequest& request) override;
    Result<wire::HeartbeatReply> heartbeat(const wire::Heartbeat& heartbeat) override;
    Result<std::int64_t> append_log(LeaseKey lease,
                                    std::int64_t offset,
                                    std::string_view text) override;
    Result<void> report(AttemptId attempt, const AttemptReport& report) override;
    Result<LookAnswer> report_look(AttemptId attempt, const LookReport& look) override;
    Result<void> fetch_object(const Digest& digest, const std::filesystem::path& to) override;
    Result<void> store_object(LeaseKey lease,
                              const Digest& digest,
                              const std::filesystem::path& from) override;

private:
    template <class T>
    Result<T> observed(Result<T> result);
    Result<void> upload_from(const std::string& target,
                             const std::filesystem::path& from,
                             std::uint64_t offset);

    ClientPool pool_;
    std::atomic<bool> reachable_ = true;  // as far as the log has told
};

/// What an answer of that status and body means for the caller; nullopt for a success.
std::optional<Error> error_of(unsigned status, const std::string& body, const std::string& what);

}  // namespace terrace::worker
