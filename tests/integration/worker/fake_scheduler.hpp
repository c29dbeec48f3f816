#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "worker/agent/ports.hpp"

namespace terrace::worker {

/// A scheduler in memory: keeps objects and one log, and can be away. Callable from any thread.
class FakeScheduler : public agent::SchedulerApi {
public:
    Result<wire::WorkerWelcome> register_worker(const WorkerHello&) override {
        return wire::WorkerWelcome{};
    }
    Result<std::optional<LeaseGrant>> request_lease(const wire::LeaseRequest&) override {
        return std::optional<LeaseGrant>();
    }
    Result<wire::HeartbeatReply> heartbeat(const wire::Heartbeat&) override {
        return wire::HeartbeatReply{};
    }
    Result<std::int64_t> append_log(LeaseKey lease,
                                    std::int64_t offset,
                                    std::string_view text) override;
    Result<void> report(AttemptId, const AttemptReport&) override { return {}; }
    Result<LookAnswer> report_look(AttemptId, const LookReport& look) override;
    Result<void> fetch_object(const Digest& digest, const std::filesystem::path& to) override;
    Result<void> store_object(LeaseKey lease,
                              const Digest& digest,
                              const std::filesystem::path& from) override;

    Digest add_object(const std::string& content);
    bool has_object(const Digest& digest);
    std::string log();
    void forget_log();  ///< for a next attempt

    std::atomic<bool> lease_ended = false;
    std::atomic<bool> loses_log = false;  ///< what it has of it, at the next call
    std::vector<LookReport> looks;        ///< read it when nothing runs
    std::optional<int> pairs_wanted;      ///< what the first look is answered with
    std::atomic<int> calls_away = 0;      ///< that many calls still find no farm

private:
    bool is_away();

    std::mutex mutex_;
    std::map<Digest, std::string> objects_;
    std::string log_;
};

}  // namespace terrace::worker
