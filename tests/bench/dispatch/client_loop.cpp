#include "tests/bench/dispatch/client_loop.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>
#include <variant>

#include "tests/bench/bench_farm.hpp"

namespace terrace::bench {
namespace {

using namespace std::chrono_literals;

// To wake this thread for each answer would cost the engine's thread more than the answer does: as
// with sockets, answers are looked at when there are some.
constexpr std::size_t kAnswersThatWake = 32;
constexpr auto kLookInterval = 200us;

}  // namespace

ClientLoop::ClientLoop(engine::EngineThread& engine, int workers, int outstanding)
    : engine_(engine), outstanding_(outstanding) {
    for (int i = 1; i <= workers; ++i) idle_.push_back(i);
}

double ClientLoop::run(int cycles) {
    to_start_ = to_finish_ = cycles;
    const auto started = std::chrono::steady_clock::now();
    for (int i = 0; i < outstanding_; ++i) ask_for_lease();
    while (to_finish_ > 0) {
        for (const Answer& answer : take_answers()) handle(answer);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    return cycles / seconds.count();
}

void ClientLoop::ask_for_lease() {
    if (to_start_ == 0) return;
    --to_start_;
    const int worker = idle_.front();
    idle_.pop_front();
    post(worker, core::RequestLease{WorkerId{worker}, worker_name(worker), 0});
}

void ClientLoop::post(int worker, core::Event event) {
    engine_.post({std::move(event), [this, worker](const Result<core::Reply>& reply) {
                      const std::lock_guard lock(mutex_);
                      answers_.push_back({worker, reply});
                      if (answers_.size() == kAnswersThatWake) wake_.notify_one();
                  }});
}

std::vector<ClientLoop::Answer> ClientLoop::take_answers() {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kLookInterval, [this] { return answers_.size() >= kAnswersThatWake; });
    return std::exchange(answers_, {});
}

void ClientLoop::handle(const Answer& answer) {
    const core::Reply& reply = answer.reply.value();
    if (const auto* lease = std::get_if<LeaseGrant>(&reply)) {
        post(answer.worker, core::ReportAttempt{lease->attempt, report_on(*lease)});
    } else if (std::holds_alternative<core::Done>(reply)) {
        --to_finish_;
        idle_.push_back(answer.worker);
        ask_for_lease();
    } else {
        throw std::runtime_error("A worker was given nothing to do: there are too few builds.");
    }
}

}  // namespace terrace::bench
