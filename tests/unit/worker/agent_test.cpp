#include "worker/agent/agent.hpp"

#include <doctest/doctest.h>

namespace terrace::agent {
namespace {

/// A farm that remembers what it was told, and answers as the test says.
struct FakeFarm final : SchedulerApi {
    Result<wire::WorkerWelcome> register_worker(const WorkerHello& hello) override {
        if (away) return Error{Errc::unavailable, "away"};
        hellos.push_back(hello);
        wire::WorkerWelcome welcome;
        welcome.worker = {7};
        welcome.heartbeat_interval = std::chrono::seconds(10);
        return welcome;
    }
    Result<std::optional<LeaseGrant>> request_lease(const wire::LeaseRequest&) override {
        LeaseGrant grant;
        grant.attempt = {3};
        grant.fence = 4;
        return std::optional(grant);
    }
    Result<wire::HeartbeatReply> heartbeat(const wire::Heartbeat& beat) override {
        beats.push_back(beat);
        return wire::HeartbeatReply{.ended = ended, .register_again = false};
    }
    Result<std::int64_t> append_log(LeaseKey, std::int64_t offset, std::string_view text) override {
        return offset + static_cast<std::int64_t>(text.size());
    }
    Result<void> report(AttemptId, const AttemptReport&) override { return {}; }
    Result<LookAnswer> report_look(AttemptId, const LookReport&) override { return LookAnswer{}; }
    Result<void> fetch_object(const Digest&, const std::filesystem::path&) override { return {}; }
    Result<void> store_object(LeaseKey, const Digest&, const std::filesystem::path&) override {
        return {};
    }

    bool away = false;
    std::vector<WorkerHello> hellos;
    std::vector<wire::Heartbeat> beats;
    std::vector<AttemptId> ended;
};

struct FakeRunner final : AttemptRunner {
    void start(const LeaseGrant&) override { ++starts; }
    std::optional<AttemptReport> poll() override { return std::nullopt; }
    void cancel() override { ++cancels; }
    int starts = 0;
    int cancels = 0;
};

WorkerHello a_hello() {
    WorkerHello hello;
    hello.name = "w";
    hello.incarnation = "i";
    hello.leaves.leaf7_ebx = 0x20;
    return hello;
}

/// A worker that runs one attempt.
struct Fixture {
    FakeFarm farm;
    FakeRunner runner;
    Agent agent{farm, a_hello(), {&runner}, {}};

    Fixture() {
        agent.step_heartbeat();
        agent.step_slot(0);
        REQUIRE(farm.hellos.size() == 1);
        REQUIRE(runner.starts == 1);
    }
};

}  // namespace

TEST_CASE("a probe that finds what the farm knows changes nothing") {
    Fixture f;
    f.agent.notice(a_hello());
    f.agent.step_heartbeat();
    CHECK(f.farm.hellos.size() == 1);
    CHECK(f.farm.beats.size() == 1);
}

TEST_CASE("other leaves register the worker again, under its incarnation and with its lease") {
    Fixture f;
    WorkerHello changed = a_hello();
    changed.leaves.leaf7_ebx = 0;
    changed.incarnation = "the probe does not decide that";
    f.agent.notice(changed);
    f.agent.step_heartbeat();
    REQUIRE(f.farm.hellos.size() == 2);
    CHECK(f.farm.hellos[1].leaves.leaf7_ebx == 0);
    CHECK(f.farm.hellos[1].incarnation == "i");
    CHECK(f.runner.cancels == 0);
    f.agent.step_heartbeat();
    CHECK(f.farm.hellos.size() == 2);  // told once
    REQUIRE(f.farm.beats.size() == 1);
    CHECK(f.farm.beats[0].running == std::vector{LeaseKey{{3}, 4}});
}

TEST_CASE("what the farm takes back after that is cancelled at the next heartbeat") {
    Fixture f;
    WorkerHello changed = a_hello();
    changed.features_faulting = {{"avx2", "vpaddd ymm", "SIGILL"}};
    f.agent.notice(changed);
    f.agent.step_heartbeat();
    f.farm.ended = {{3}};
    f.agent.step_heartbeat();
    CHECK(f.runner.cancels == 1);
}

TEST_CASE("a change is told when the farm is back") {
    Fixture f;
    WorkerHello changed = a_hello();
    changed.microcode = "0x2";
    f.farm.away = true;
    f.agent.notice(changed);
    f.agent.step_heartbeat();
    CHECK(f.farm.hellos.size() == 1);
    f.farm.away = false;
    f.agent.step_heartbeat();
    REQUIRE(f.farm.hellos.size() == 2);
    CHECK(f.farm.hellos[1].microcode == "0x2");
}

}  // namespace terrace::agent
