#include "cli/resolve_wait.hpp"

#include <fmt/format.h>

#include <optional>
#include <thread>

#include "cli/output/live_block.hpp"
#include "cli/output/text.hpp"

namespace terrace::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kAskInterval = 2s;
/// Where nobody watches, a log needs no more.
constexpr std::chrono::milliseconds kLineInterval = 1min;

/// One line that is written over on a terminal, or else one line now and then.
class WaitLine {
public:
    explicit WaitLine(Output& output) : output_(output), block_(output.err, output.err_style) {}

    void show(const std::string& why, std::chrono::milliseconds waited) {
        const std::string time = format_duration(std::chrono::floor<std::chrono::seconds>(waited));
        if (output_.err_is_terminal) {
            block_.show({fmt::format("Waiting, {}: {}", time, one_line(why))});
        } else if (!said_at_ || waited - *said_at_ >= kLineInterval) {
            said_at_ = waited;
            output_.complain(fmt::format("{} Waiting for up to {} minutes, {} so far.",
                                         one_line(why), kResolveWait.count(), time));
        }
    }
    void clear() {
        if (output_.err_is_terminal) block_.clear();
    }

private:
    Output& output_;
    LiveBlock block_;
    std::optional<std::chrono::milliseconds> said_at_;
};

}  // namespace

bool is_resolving(const Error& error) {
    // HTTP has one status for all that time may mend: only the sentence tells this from a farm that
    // is overloaded or away.
    return error.code == Errc::unavailable && error.message.starts_with("The dependencies of ");
}

Pace real_pace() {
    return {[] { return Pace::Clock::now(); },
            [](std::chrono::milliseconds span) { std::this_thread::sleep_for(span); }};
}

Result<std::string> ask_until_resolved(Output& output,
                                       const Pace& pace,
                                       const std::function<Result<std::string>()>& ask) {
    const Pace::Clock::time_point start = pace.now();
    WaitLine line(output);
    for (;;) {
        Result<std::string> answer = ask();
        const auto waited =
            std::chrono::duration_cast<std::chrono::milliseconds>(pace.now() - start);
        if (answer || !is_resolving(answer.error()) || waited >= kResolveWait) {
            line.clear();
            return answer;
        }
        line.show(answer.error().message, waited);
        pace.sleep(kAskInterval);
    }
}

Result<std::string> post_when_resolved(Session& session,
                                       const Target& target,
                                       const std::string& body) {
    return ask_until_resolved(session.output, real_pace(),
                              [&] { return session.farm.post(target, body); });
}

Result<std::string> get_when_resolved(Session& session, const Target& target) {
    return ask_until_resolved(session.output, real_pace(),
                              [&] { return session.farm.get(target); });
}

}  // namespace terrace::cli
