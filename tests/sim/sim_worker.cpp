#include "tests/sim/sim_worker.hpp"

#include <cmath>
#include <utility>
#include <variant>

namespace terrace::sim {
namespace {

const Error kAway{Errc::unavailable, "injected: the message was lost"};

/// A CPU that has everything: level_max alone decides what a simulated worker is.
CpuidLeaves all_features() {
    return {.leaf1_ecx = ~0U,
            .leaf1_edx = ~0U,
            .leaf7_ebx = ~0U,
            .leaf7_ecx = ~0U,
            .ext1_ecx = ~0U,
            .ext1_edx = ~0U,
            .xcr0 = ~0ULL};
}

RpmFile rpm_of(const BuildOrder& order, const std::string& name, const std::string& arch) {
    RpmFile rpm;
    rpm.nevra = {name, 0, "1", "1" + order.dist, arch};
    rpm.filename = name + "-1-1" + order.dist + "." + arch + ".rpm";
    rpm.digest.hex = std::string(64, 'a');
    rpm.size = 1000;
    rpm.debug = name.ends_with("-debuginfo");
    return rpm;
}

/// Even packages gain, every third does not follow -march at all.
AttemptReport built(const BuildOrder& order) {
    AttemptReport report;
    report.outcome = Outcome::ok;
    report.buildroot_packages = {"bash-5-1.x86_64", "gcc-15-1.x86_64"};
    report.rpms = {rpm_of(order, order.package, order.target_arch),
                   rpm_of(order, order.package + "-doc", "noarch"),
                   rpm_of(order, order.package + "-debuginfo", order.target_arch),
                   rpm_of(order, order.package, "src")};
    const bool same_code = order.package.ends_with('3');
    report.audit.code_identity.hex =
        std::string(64, same_code ? 'c' : static_cast<char>('a' + order.target_arch.size() % 6));
    return report;
}

/// By the package's last digit: no difference, a large gain, the same code, a small gain.
double ratio_of(const std::string& package) {
    switch (package.back()) {
        case '2': return 1.25;
        case '4': return 1.028;
        default: return 1.0;
    }
}

/// What a pair takes depends on its number alone: so whoever measures it, the verdict is the same.
LookReport measured(const ComparisonOrder& order, int pairs_done, int pairs) {
    LookReport look;
    look.benchmark_digest = order.benchmark_digest;
    look.pairs_done = pairs_done;
    look.pairs = pairs;
    for (int pair = pairs_done; pair < pairs; ++pair) {
        SimRandom noise(static_cast<std::uint64_t>(pair));
        for (const bool variant : {false, true}) {
            Sample sample;
            sample.benchmark = order.benchmark.benchmarks.front().name;
            sample.pair = pair;
            sample.variant = variant;
            const double us = 500'000 * (1 + 0.00001 * noise.below(1500));  // of its own
            sample.user_us = std::llround(variant ? us / ratio_of(order.benchmark.package) : us);
            look.samples.push_back(sample);
        }
    }
    return look;
}

}  // namespace

Result<core::Reply> SimApi::deliver(core::Event event) {
    if (faulty_ && random_.percent(4)) return kAway;  // the request was lost
    Result<core::Reply> reply = send_(event);
    if (faulty_ && random_.percent(2)) reply = send_(event);  // it came twice
    if (faulty_ && random_.percent(4)) return kAway;          // the answer was lost
    return reply;
}

Result<wire::WorkerWelcome> SimApi::register_worker(const WorkerHello& hello) {
    const auto reply = deliver(core::RegisterWorker{hello});
    if (!reply) return reply.error();
    const auto& registered = std::get<core::Registered>(*reply);
    return wire::WorkerWelcome{registered.worker, registered.level, registered.heartbeat_interval};
}

Result<std::optional<LeaseGrant>> SimApi::request_lease(const wire::LeaseRequest& request) {
    const auto reply =
        deliver(core::RequestLease{request.worker, request.incarnation, request.slot});
    if (!reply) return reply.error();
    if (const auto* grant = std::get_if<LeaseGrant>(&*reply)) return std::optional(*grant);
    return std::optional<LeaseGrant>();
}

Result<wire::HeartbeatReply> SimApi::heartbeat(const wire::Heartbeat& heartbeat) {
    const auto reply =
        deliver(core::RenewLeases{heartbeat.worker, heartbeat.incarnation, heartbeat.running});
    if (!reply) return reply.error();
    const auto& renewed = std::get<core::Renewed>(*reply);
    return wire::HeartbeatReply{renewed.ended, renewed.register_again};
}

Result<void> SimApi::report(AttemptId attempt, const AttemptReport& report) {
    const auto reply = deliver(core::ReportAttempt{attempt, report});
    if (!reply) return reply.error();
    return {};
}

Result<LookAnswer> SimApi::report_look(AttemptId attempt, const LookReport& look) {
    const auto reply = deliver(core::ReportLook{attempt, look});
    if (!reply) return reply.error();
    return std::get<LookAnswer>(*reply);
}

void SimRunner::start(const LeaseGrant& lease) {
    lease_ = lease;
    cancelled_ = false;
    if (lease.comparison) {
        pairs_done_ = lease.comparison->pairs_done;
        pairs_next_ = lease.comparison->pairs_next;
    }
    ends_at_ = now_ + std::chrono::seconds(1 + random_.below(90));
}

std::optional<AttemptReport> SimRunner::poll() {
    if (!lease_ || (!cancelled_ && now_ < ends_at_)) return std::nullopt;
    bool refused = false;
    if (lease_->comparison && !cancelled_ && pairs_next_ > pairs_done_) {
        LookReport look = measured(*lease_->comparison, pairs_done_, pairs_next_);
        look.fence = lease_->fence;
        const auto answer = api_.report_look(lease_->attempt, look);
        refused = !answer && answer.error().code != Errc::unavailable;
        if (!refused && !(answer && !answer->pairs_next) && !random_.percent(rates_.infra)) {
            if (answer) {
                pairs_done_ = pairs_next_;
                pairs_next_ = *answer->pairs_next;
            }
            ends_at_ = now_ + std::chrono::seconds(1 + random_.below(30));
            const bool out_of_time = answer && rates_.infra > 0 && random_.percent(20);
            if (!out_of_time) return std::nullopt;
        }
    }
    const LeaseGrant lease = *std::exchange(lease_, std::nullopt);
    AttemptReport report;
    if (cancelled_) {
        report.outcome = Outcome::cancelled;
    } else if (refused || (rates_.infra > 0 && random_.percent(rates_.infra))) {
        report.outcome = Outcome::infra_aborted;
    } else if (lease.build && lease.build->package.starts_with("broken")) {
        report.outcome = Outcome::build_failed;
    } else if (rates_.build_failed > 0 && lease.build && random_.percent(rates_.build_failed)) {
        report.outcome = Outcome::build_failed;
    } else if (rates_.odd > 0 && lease.build && random_.percent(rates_.odd)) {
        report.outcome = random_.percent(50) ? Outcome::oom : Outcome::isa_mismatch;
    } else {
        if (lease.build) report = built(*lease.build);
        report.outcome = Outcome::ok;
        report.wall_ms = 1000 * (1 + random_.below(90));
        report.memory_peak_bytes = (std::int64_t{1} << 28) * (1 + random_.below(8));
    }
    return report;
}

SimWorker::SimWorker(std::string name,
                     Level level_max,
                     std::string host,
                     SimRandom& random,
                     const TimePoint& now,
                     Send send)
    : random_(random), now_(now), api_(random, std::move(send)) {
    hello_.name = std::move(name);
    hello_.host = std::move(host);
    hello_.level_max = level_max;
    hello_.leaves = all_features();
    hello_.vendor = level_max == Level::x86_64_v3 ? "OtherSim" : "Sim";
    hello_.model = name_of(level_max);
    hello_.cores = 8;
    hello_.memory_bytes = std::int64_t{8} << 30;
    start();
}

void SimWorker::start() {
    hello_.incarnation = hello_.name + "/" + std::to_string(++life_);
    agent_.reset();
    runners_.clear();
    std::vector<agent::AttemptRunner*> pointers;
    for (int i = 0; i < kSlots; ++i) {
        runners_.push_back(std::make_unique<SimRunner>(random_, now_, api_));
        runners_.back()->set_rates(rates_);
        pointers.push_back(runners_.back().get());
    }
    agent_ = std::make_unique<agent::Agent>(api_, hello_, pointers, agent::Agent::Options{});
    slot_due_.assign(kSlots, now_);
    heartbeat_due_ = now_;
}

void SimWorker::die_and_restart() {
    start();
}

void SimWorker::move_to_cpu(bool with_avx2) {
    hello_.leaves = all_features();
    if (!with_avx2) hello_.leaves.leaf7_ebx = 0;
    agent_->notice(hello_);
}

void SimWorker::set_faulty(bool faulty) {
    api_.set_faulty(faulty);
    set_rates(faulty ? kFaultyRates : SimRates{});
}

void SimWorker::set_rates(const SimRates& rates) {
    rates_ = rates;
    for (auto& runner : runners_) runner->set_rates(rates);
}

void SimWorker::step() {
    if (now_ < paused_until_) return;
    if (now_ >= heartbeat_due_) heartbeat_due_ = now_ + agent_->step_heartbeat();
    for (int slot = 0; slot < kSlots; ++slot) {
        TimePoint& due = slot_due_[static_cast<std::size_t>(slot)];
        if (now_ >= due) due = now_ + agent_->step_slot(slot);
    }
}

}  // namespace terrace::sim
