#include "worker/app/attempt_runner.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "common/runtime/log.hpp"
#include "common/vocab/check.hpp"
#include "worker/app/build_attempt.hpp"
#include "worker/app/comparison_attempt.hpp"
#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr Duration kShipTimeMax = 30min;
constexpr Duration kShipTimeMaxCancelled = 5s;

AttemptReport aborted(const std::string& evidence) {
    AttemptReport report;
    report.outcome = Outcome::infra_aborted;
    report.evidence = printable(evidence);
    return report;
}

}  // namespace

SlotRunner::SlotRunner(agent::SchedulerApi& api,
                       StateDirectory& state,
                       const AttemptSettings& settings,
                       Slot slot)
    : api_(api), state_(state), settings_(settings), slot_(std::move(slot)) {}

SlotRunner::~SlotRunner() {
    cancel();
    if (thread_.joinable()) thread_.join();
}

void SlotRunner::start(const LeaseGrant& lease) {
    TERRACE_CHECK(!thread_.joinable());
    cancelled_ = false;
    thread_ = std::thread([this, lease] { run(lease); });
}

std::optional<AttemptReport> SlotRunner::poll() {
    std::optional<AttemptReport> report;
    {
        const std::lock_guard lock(mutex_);
        report = std::exchange(report_, std::nullopt);
    }
    if (report) thread_.join();
    return report;
}

void SlotRunner::cancel() {
    cancelled_ = true;
}

void SlotRunner::run(const LeaseGrant& lease) {
    const auto begin = Clock::now();
    const std::string package =
        lease.build ? lease.build->package : lease.comparison->benchmark.package;
    runtime::log_info("attempt_started", {{"attempt", lease.attempt}, {"package", package}});
    AttemptReport report;
    try {
        report = run_in_directory(lease);
    } catch (const std::exception& e) {
        // Disk, process table, a damaged file: this machine's trouble, and so another's chance.
        runtime::log_error("attempt_aborted", {{"attempt", lease.attempt}, {"error", e.what()}});
        report = aborted(e.what());
    }
    free_slot(lease.attempt);
    report.fence = lease.fence;
    report.wall_ms = std::chrono::duration_cast<Duration>(Clock::now() - begin).count();
    runtime::log_info("attempt_ended", {{"attempt", lease.attempt},
                                        {"package", package},
                                        {"outcome", name_of(report.outcome)},
                                        {"wall_ms", report.wall_ms},
                                        {"evidence", report.evidence}});
    const std::lock_guard lock(mutex_);
    report_ = std::move(report);
}

AttemptReport SlotRunner::run_in_directory(const LeaseGrant& lease) {
    const std::filesystem::path directory = state_.make_attempt(lease.attempt, slot_);
    AttemptLog log(api_, LeaseKey{lease.attempt, lease.fence}, directory / "attempt.log",
                   settings_.log);
    const auto is_cancelled = [this] { return cancelled_.load(); };
    const AttemptContext context{api_, settings_, directory, slot_, log, is_cancelled};
    AttemptReport report;
    try {
        report = lease.build ? run_build(context, lease) : run_comparison_attempt(context, lease);
    } catch (const std::exception& e) {
        report = aborted(e.what());
    }
    context.note("outcome: " + name_of(report.outcome) +
                 (report.evidence.empty() ? "" : ": " + report.evidence));
    // While the farm is away the report could not be sent either, so the log may as well wait here.
    const auto begin = Clock::now();
    log.finish([&] {
        return Clock::now() - begin >= (is_cancelled() ? kShipTimeMaxCancelled : kShipTimeMax);
    });
    return report;
}

void SlotRunner::free_slot(AttemptId attempt) {
    try {
        state_.free_slot(slot_);
        state_.remove_attempt(attempt);
    } catch (const std::exception& e) {
        // The attempt has its result all the same. The slot's next one tries again before it does
        // anything else, and so does the next start of the worker.
        runtime::log_warn("slot_not_free", {{"attempt", attempt}, {"error", e.what()}});
    }
}

}  // namespace terrace::worker
