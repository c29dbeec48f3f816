#include "tests/sim/app/fairness.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/sim/app/figures.hpp"

namespace terrace::sim {
namespace {

/// The rebuilds to be compared: those of the class that has most of them.
std::vector<int> rebuilds_compared(const Campaign& campaign) {
    std::map<PriorityClass, std::vector<int>> by_class;
    for (std::size_t i = 0; i < campaign.rebuilds.size(); ++i)
        by_class[campaign.rebuilds[i].priority_class].push_back(static_cast<int>(i));
    std::vector<int> most;
    for (const auto& [priority_class, rebuilds] : by_class) {
        if (rebuilds.size() > most.size()) most = rebuilds;
    }
    return most;
}

/// Slot time that one rebuild has held, as time goes on.
class Meter {
public:
    void advance(Duration now) {
        held_ += static_cast<double>((now - at_).count()) * running_;
        at_ = now;
    }
    void start() { ++running_; }
    void end() { --running_; }
    double held() const { return held_; }

private:
    Duration at_{};
    double held_ = 0;
    int running_ = 0;
};

/// For each grant to one of the rebuilds: its moment, and what each rebuild had held by then.
struct Sample {
    Duration at{};
    std::vector<double> held;
};

std::vector<Sample> sample_grants(const Campaign& campaign,
                                  const History& history,
                                  const std::map<int, std::size_t>& column) {
    struct Step {
        Duration at;
        bool is_start;  // ends first
        int slot;       // has one of each at most at a time
        std::size_t rebuild;
    };
    std::vector<Step> steps;
    for (const PlayedAttempt& attempt : history) {
        const auto found = column.find(campaign.build(attempt.build).rebuild);
        if (found == column.end()) continue;
        steps.push_back({attempt.start, true, attempt.slot, found->second});
        steps.push_back({attempt.end, false, attempt.slot, found->second});
    }
    std::ranges::sort(
        steps, {}, [](const Step& step) { return std::tuple(step.at, step.is_start, step.slot); });
    std::vector<Meter> meters(column.size());
    std::vector<Sample> samples;
    for (const Step& step : steps) {
        if (!step.is_start) {
            meters[step.rebuild].advance(step.at);
            meters[step.rebuild].end();
            continue;
        }
        Sample sample{step.at, {}};
        for (Meter& meter : meters) {
            meter.advance(step.at);
            sample.held.push_back(meter.held());
        }
        samples.push_back(std::move(sample));
        meters[step.rebuild].start();
    }
    return samples;
}

}  // namespace

std::optional<double> fair_share_min(const Campaign& campaign, const History& history) {
    const std::vector<int> rebuilds = rebuilds_compared(campaign);
    if (rebuilds.size() < 2) return std::nullopt;
    std::map<int, std::size_t> column;
    for (const int rebuild : rebuilds) column.emplace(rebuild, column.size());
    Duration from{};
    std::vector<Duration> last_start(rebuilds.size(), Duration(0));
    for (const int rebuild : rebuilds)
        from = std::max(from, campaign.rebuilds[static_cast<std::size_t>(rebuild)].submitted);
    for (const PlayedAttempt& attempt : history) {
        const auto found = column.find(campaign.build(attempt.build).rebuild);
        if (found != column.end())
            last_start[found->second] = std::max(last_start[found->second], attempt.start);
    }
    const Duration to = std::ranges::min(last_start);

    const std::vector<Sample> samples = sample_grants(campaign, history, column);
    std::optional<double> least;
    for (std::size_t i = 0; i + kFairGrants < samples.size(); ++i) {
        const Sample& begin = samples[i];
        const Sample& end = samples[i + kFairGrants];
        if (begin.at < from) continue;
        if (end.at > to) break;
        double all = 0;
        double smallest = -1;
        for (std::size_t r = 0; r < rebuilds.size(); ++r) {
            const double held = end.held[r] - begin.held[r];
            all += held;
            smallest = smallest < 0 ? held : std::min(smallest, held);
        }
        if (all <= 0) continue;
        const double relative = smallest / all * static_cast<double>(rebuilds.size());
        least = std::min(least.value_or(relative), relative);
    }
    return least;
}

}  // namespace terrace::sim
