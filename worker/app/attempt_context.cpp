#include "worker/app/attempt_context.hpp"

#include <thread>

#include "worker/mock/seed_check.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr auto kRetryDelay = 2s;
constexpr auto kRetryTimeMax = 30min;

}  // namespace

void end_processes(const AttemptContext& context) {
    const auto marks = marks_of_slot(context.slot, context.settings.mock.base_directory);
    const sandbox::KilledProcesses ended = sandbox::kill_processes(marks);
    if (ended.killed > 0)
        context.note("ended " + std::to_string(ended.killed) + " processes that were left running");
    if (!ended.left.empty())
        context.note("process " + std::to_string(ended.left.front()) + " does not end");
}

Result<void> while_farm_is_away(const AttemptContext& context,
                                const std::function<Result<void>()>& call) {
    const auto deadline = std::chrono::steady_clock::now() + kRetryTimeMax;
    for (;;) {
        const Result<void> done = call();
        const bool away = !done && done.error().code == Errc::unavailable;
        if (!away || context.cancelled() || std::chrono::steady_clock::now() >= deadline)
            return done;
        std::this_thread::sleep_for(kRetryDelay);
    }
}

Result<void> check_seed(const AttemptContext& context, const std::vector<SeedRepo>& seed_repos) {
    return while_farm_is_away(context, [&] { return verify_seed(seed_repos); });
}

}  // namespace terrace::worker
