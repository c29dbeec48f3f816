#include "scheduler/core/ready_queue.hpp"

#include <array>

namespace terrace::core {
namespace {

/// How long another worker may go first before the one to avoid gets it after all: the other may be
/// gone.
constexpr Duration kAvoidFor = std::chrono::minutes(5);

bool may_take(const ReadyItem& item, const SlotOffer& offer, TimePoint now) {
    if (item.not_before > now) return false;
    const bool avoided = item.avoid == offer.worker && !offer.only_worker;
    return !avoided || now >= item.not_before + kAvoidFor;
}

}  // namespace

ReadyQueue::Line ReadyQueue::line_of(const ReadyItem& item) {
    return {item.is_comparison(), item.run_level};
}

ReadyQueue::Place ReadyQueue::place_of(const ReadyItem& item) {
    const std::int64_t id = std::visit([](auto what) { return what.value; }, item.what);
    return {-item.priority, id};
}

void ReadyQueue::put(const ReadyItem& item) {
    remove(item.what);
    items_[item.what] = item;
    lines_[line_of(item)][place_of(item)] = item.what;
}

void ReadyQueue::remove(const What& what) {
    const auto found = items_.find(what);
    if (found == items_.end()) return;
    lines_[line_of(found->second)].erase(place_of(found->second));
    items_.erase(found);
}

const ReadyItem* ReadyQueue::first_in(const Line& line,
                                      const SlotOffer& offer,
                                      TimePoint now) const {
    const auto found = lines_.find(line);
    if (found == lines_.end()) return nullptr;
    for (const auto& [place, what] : found->second) {
        const ReadyItem& item = items_.at(what);
        if (may_take(item, offer, now)) return &item;
    }
    return nullptr;
}

const ReadyItem* ReadyQueue::find(const SlotOffer& offer, TimePoint now) const {
    for (const bool comparison : std::array{false, true}) {
        if (!(comparison ? offer.comparisons : offer.builds)) continue;
        const ReadyItem* best = nullptr;
        for (int level = static_cast<int>(offer.level); level > static_cast<int>(Level::none);
             --level) {
            const ReadyItem* first = first_in({comparison, static_cast<Level>(level)}, offer, now);
            if (first && (!best || first->priority > best->priority)) best = first;
        }
        if (best) return best;
    }
    return nullptr;
}

}  // namespace terrace::core
