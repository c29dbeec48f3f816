#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "common/vocab/lease.hpp"
#include "common/vocab/look.hpp"
#include "common/vocab/result.hpp"
#include "common/wire/worker_api.hpp"

/// What the agent needs from the world; implemented by adapters in production and by the simulator.
namespace terrace::agent {

/// The scheduler, seen from a worker. Every call blocks, has a time-out, and may be repeated. A
/// farm that cannot be reached is Errc::unavailable; an attempt whose lease has ended is
/// Errc::stale_lease. Callable from any thread.
class SchedulerApi {
public:
    virtual ~SchedulerApi() = default;
    virtual Result<wire::WorkerWelcome> register_worker(const WorkerHello& hello) = 0;
    /// nullopt: nothing to do; ask again.
    virtual Result<std::optional<LeaseGrant>> request_lease(const wire::LeaseRequest& request) = 0;
    virtual Result<wire::HeartbeatReply> heartbeat(const wire::Heartbeat& heartbeat) = 0;
    /// `offset`: where in the attempt's log `text` begins, in bytes. @return where to go on: after
    /// `text`, or earlier where the farm has lost what came before.
    virtual Result<std::int64_t> append_log(LeaseKey lease,
                                            std::int64_t offset,
                                            std::string_view text) = 0;
    virtual Result<void> report(AttemptId attempt, const AttemptReport& report) = 0;
    /// Of a comparison, after each of its looks.
    virtual Result<LookAnswer> report_look(AttemptId attempt, const LookReport& look) = 0;
    virtual Result<void> fetch_object(const Digest& digest, const std::filesystem::path& to) = 0;
    /// Uploads unless the farm has it already. Called again after Errc::unavailable it goes on with
    /// what the farm got.
    virtual Result<void> store_object(LeaseKey lease,
                                      const Digest& digest,
                                      const std::filesystem::path& from) = 0;
};

/// Runs one attempt at a time, for one slot: fetches what it needs, drives mock, ships the log,
/// audits and uploads. The report itself is the agent's to send.
class AttemptRunner {
public:
    virtual ~AttemptRunner() = default;
    /// Returns at once. @pre nothing is running
    virtual void start(const LeaseGrant& lease) = 0;
    /// The report, once, when the attempt has ended and all of its processes are gone; nullopt
    /// before.
    virtual std::optional<AttemptReport> poll() = 0;
    /// Ends the attempt soon; poll() still tells when.
    virtual void cancel() = 0;
};

}  // namespace terrace::agent
