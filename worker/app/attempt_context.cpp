#include "worker/app/attempt_context.hpp"

#include <thread>

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr auto kRetryDelay = 2s;
constexpr auto kRetryTimeMax = 30min;

}  // namespace

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

}  // namespace terrace::worker
