// How a worker stops.
#include "worker/agent/agent.hpp"

#include <doctest/doctest.h>

namespace terrace::agent {
namespace {

struct FakeApi final : SchedulerApi {
    Result<wire::WorkerWelcome> register_worker(const WorkerHello&) override {
        return wire::WorkerWelcome{};
    }
    Result<std::optional<LeaseGrant>> request_lease(const wire::LeaseRequest&) override {
        ++leases;
        LeaseGrant grant;
        grant.attempt = AttemptId{leases};
        return std::optional(grant);
    }
    Result<wire::HeartbeatReply> heartbeat(const wire::Heartbeat&) override {
        return wire::HeartbeatReply{};
    }
    Result<std::int64_t> append_log(LeaseKey, std::int64_t offset, std::string_view text) override {
        return offset + static_cast<std::int64_t>(text.size());
    }
    Result<void> report(AttemptId, const AttemptReport& report) override {
        reported.push_back(report.outcome);
        return {};
    }
    Result<LookAnswer> report_look(AttemptId, const LookReport&) override { return LookAnswer{}; }
    Result<void> fetch_object(const Digest&, const std::filesystem::path&) override { return {}; }
    Result<void> store_object(LeaseKey, const Digest&, const std::filesystem::path&) override {
        return {};
    }

    std::int64_t leases = 0;
    std::vector<Outcome> reported;
};

struct FakeRunner final : AttemptRunner {
    void start(const LeaseGrant&) override { running = true; }
    std::optional<AttemptReport> poll() override {
        if (!running || !(done || cancelled)) return std::nullopt;
        running = false;
        AttemptReport report;
        report.outcome = cancelled ? Outcome::infra_aborted : Outcome::ok;
        return report;
    }
    void cancel() override { cancelled = true; }
    bool running = false;
    bool done = false;
    bool cancelled = false;
};

struct Worker {
    FakeApi api;
    FakeRunner runner;
    Agent agent{api, {}, {&runner}, {}};

    Worker() {
        agent.step_heartbeat();  // registers
        agent.step_slot(0);      // leases and starts
    }
};

}  // namespace

TEST_CASE("a worker that drains lets its attempt end, and takes no other") {
    Worker worker;
    REQUIRE(worker.runner.running);
    worker.agent.drain();
    worker.agent.step_slot(0);
    CHECK_FALSE(worker.runner.cancelled);
    CHECK_FALSE(worker.agent.idle());
    worker.runner.done = true;
    worker.agent.step_slot(0);
    CHECK(worker.agent.idle());
    for (int i = 0; i < 3; ++i) worker.agent.step_slot(0);
    CHECK(worker.api.leases == 1);
    CHECK(worker.api.reported == std::vector<Outcome>{Outcome::ok});
}

TEST_CASE("what has not ended when the time is up is cancelled and handed back") {
    Worker worker;
    worker.agent.drain();
    worker.agent.cancel_all();
    CHECK(worker.runner.cancelled);
    worker.agent.step_slot(0);
    CHECK(worker.agent.idle());
    CHECK(worker.api.reported == std::vector<Outcome>{Outcome::infra_aborted});
    worker.agent.step_slot(0);
    CHECK(worker.api.leases == 1);
}

}  // namespace terrace::agent
