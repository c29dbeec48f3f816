#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/core/event.hpp"
#include "tests/sim/sim_random.hpp"
#include "worker/agent/agent.hpp"

namespace terrace::sim {

/// Delivers an event to the scheduler and brings its answer.
using Send = std::function<Result<core::Reply>(core::Event)>;

/// The farm as a worker sees it over a bad network: requests get lost, and so do answers.
class SimApi final : public agent::SchedulerApi {
public:
    SimApi(SimRandom& random, Send send) : random_(random), send_(std::move(send)) {}
    void set_faulty(bool faulty) { faulty_ = faulty; }

    Result<wire::WorkerWelcome> register_worker(const WorkerHello& hello) override;
    Result<std::optional<LeaseGrant>> request_lease(const wire::LeaseRequest& request) override;
    Result<wire::HeartbeatReply> heartbeat(const wire::Heartbeat& heartbeat) override;
    Result<std::int64_t> append_log(LeaseKey, std::int64_t, std::string_view) override { return 0; }
    Result<void> report(AttemptId attempt, const AttemptReport& report) override;
    Result<LookAnswer> report_look(AttemptId attempt, const LookReport& look) override;
    Result<void> fetch_object(const Digest&, const std::filesystem::path&) override { return {}; }
    Result<void> store_object(LeaseKey, const Digest&, const std::filesystem::path&) override {
        return {};
    }

private:
    Result<core::Reply> deliver(core::Event event);
    SimRandom& random_;
    Send send_;
    bool faulty_ = true;
};

/// How often in a hundred what is run on a machine fails, and with what.
struct SimRates {
    int infra = 0;
    int build_failed = 0;
    int odd = 0;  ///< oom, isa_mismatch
};
inline constexpr SimRates kFaultyRates{.infra = 10, .build_failed = 8, .odd = 6};

/// Takes virtual time and ends with a chance outcome; its RPMs carry the build's own names. A
/// package whose name begins with "broken" fails everywhere.
class SimRunner final : public agent::AttemptRunner {
public:
    SimRunner(SimRandom& random, const TimePoint& now, agent::SchedulerApi& api)
        : random_(random), now_(now), api_(api) {}
    void start(const LeaseGrant& lease) override;
    std::optional<AttemptReport> poll() override;
    void cancel() override { cancelled_ = true; }
    void set_rates(const SimRates& rates) { rates_ = rates; }

private:
    SimRandom& random_;
    const TimePoint& now_;
    agent::SchedulerApi& api_;
    std::optional<LeaseGrant> lease_;
    int pairs_done_ = 0;  ///< of a comparison
    int pairs_next_ = 0;
    TimePoint ends_at_{};
    bool cancelled_ = false;
    SimRates rates_;
};

/// One worker machine: it can die and start anew, or be paused for longer than its leases last.
class SimWorker {
public:
    SimWorker(std::string name,
              Level level_max,
              std::string host,
              SimRandom& random,
              const TimePoint& now,
              Send send);

    void step();
    void die_and_restart();
    void pause_until(TimePoint time) { paused_until_ = time; }
    void set_faulty(bool faulty);
    /// The machine under it is another one, with AVX2 or without, and its next probe sees it.
    void move_to_cpu(bool with_avx2);
    void set_rates(const SimRates& rates);
    const std::string& name() const { return hello_.name; }

private:
    void start();

    static constexpr int kSlots = 2;
    SimRandom& random_;
    const TimePoint& now_;
    WorkerHello hello_;
    int life_ = 0;
    SimRates rates_ = kFaultyRates;
    SimApi api_;
    std::vector<std::unique_ptr<SimRunner>> runners_;
    std::unique_ptr<agent::Agent> agent_;
    std::vector<TimePoint> slot_due_;
    TimePoint heartbeat_due_{};
    TimePoint paused_until_{};
};

}  // namespace terrace::sim
