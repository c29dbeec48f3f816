#include "scheduler/core/ready_queue.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

/// How long another worker may go first before the one to avoid gets it after all: the other may be
/// gone.
constexpr Duration kAvoidFor = std::chrono::minutes(5);

std::int64_t id_of(const ReadyQueue::What& what) {
    return std::visit([](auto id) { return id.value; }, what);
}

}  // namespace

/// One question of one slot, and what has been learned on the way.
struct ReadyQueue::Search {
    const SlotOffer& offer;
    TimePoint now;
    Duration reserve_after;
    const ReadyItem* starved = nullptr;  ///< the oldest that this worker could run only when idle
    bool left_to_others = false;
};

ReadyQueue::Turn ReadyQueue::turn_of(const ReadyItem& item) {
    if (!item.is_comparison()) return Turn::build;
    return item.of_itself ? Turn::of_itself : Turn::comparison;
}

ReadyQueue::Queue ReadyQueue::queue_of(const ReadyItem& item) {
    return {turn_of(item), item.priority, item.rebuild};
}

void ReadyQueue::stand_in_line(const ReadyItem& item) {
    queues_[queue_of(item)][{item.placement, item.avoid}].insert(
        {{-item.rank, id_of(item.what)}, item.what});
    in_line_.insert(item.what);
}

void ReadyQueue::leave_line(const ReadyItem& item) {
    if (in_line_.erase(item.what) == 0) {
        asleep_.erase({item.not_before, item.what});
        return;
    }
    const auto queue = queues_.find(queue_of(item));
    const auto line = queue->second.find({item.placement, item.avoid});
    line->second.erase({{-item.rank, id_of(item.what)}, item.what});
    if (line->second.empty()) queue->second.erase(line);
    if (queue->second.empty()) queues_.erase(queue);
}

void ReadyQueue::put(const ReadyItem& item) {
    if (const auto known = items_.find(item.what); known != items_.end()) {
        leave_line(known->second);
    }
    items_[item.what] = item;
    if (item.not_before > item.ready_at) {
        asleep_.insert({item.not_before, item.what});
    } else {
        stand_in_line(item);
    }
}

void ReadyQueue::remove(const What& what) {
    const auto found = items_.find(what);
    if (found == items_.end()) return;
    leave_line(found->second);
    items_.erase(found);
    if (const auto reserved = reserved_by_.find(what); reserved != reserved_by_.end()) {
        reserved_.erase(reserved->second);
        reserved_by_.erase(reserved);
        refused_for_others_ = true;
    }
}

void ReadyQueue::rerank(const What& what, double rank) {
    const auto found = items_.find(what);
    if (found == items_.end() || found->second.rank == rank) return;
    ReadyItem item = found->second;
    item.rank = rank;
    put(item);
}

const ReadyItem* ReadyQueue::item(const What& what) const {
    const auto found = items_.find(what);
    return found == items_.end() ? nullptr : &found->second;
}

void ReadyQueue::set_rebuild(RebuildId rebuild, double share, bool paused) {
    shares_.set_share(rebuild, share);
    if (paused) {
        paused_.insert(rebuild);
    } else {
        paused_.erase(rebuild);
    }
}

std::optional<ReadyQueue::What> ReadyQueue::reserved_for(WorkerId worker) const {
    const auto found = reserved_.find(worker);
    return found == reserved_.end() ? std::nullopt : std::optional(found->second);
}

void ReadyQueue::wake(TimePoint now) {
    while (!asleep_.empty() && asleep_.begin()->first <= now) {
        const What what = asleep_.begin()->second;
        asleep_.erase(asleep_.begin());
        stand_in_line(items_.at(what));
    }
}

/// May this slot take what stands in that line, `first` before all?
bool ReadyQueue::may_take(Search& search,
                          const Lines::key_type& line,
                          const ReadyItem& first) const {
    const auto& [placement, avoid] = line;
    const Fleet::Entry& worker = *search.offer.worker;
    if (Fleet::unfit(worker, placement) != Unfit::none) return false;
    if (avoid == worker.id && !search.offer.only_worker &&
        search.now < first.not_before + kAvoidFor) {
        return false;
    }
    if (!Fleet::has_room(worker, placement)) {
        const bool too_long = first.ready_at + search.reserve_after <= search.now;
        const bool older = !search.starved || first.ready_at < search.starved->ready_at;
        if (too_long && older && !reserved_by_.contains(first.what)) search.starved = &first;
        return false;
    }
    // Whoever is to be avoided, or measures only, has other rules.
    if (!search.offer.fleet || avoid || first.is_comparison()) return true;
    const auto others = search.offer.fleet->lesser_that_wait(worker.level, placement, search.now);
    // One that is kept for another build takes nothing else.
    search.left_to_others |=
        std::ranges::any_of(others, [&](WorkerId other) { return !reserved_.contains(other); });
    return std::ranges::all_of(others, [&](WorkerId other) { return reserved_.contains(other); });
}

/// A short build of the highest level; null if there is none. The last of a line has the least
/// rank, and its own time is no more than that.
const ReadyItem* ReadyQueue::quick_of(Search& search, const Lines& lines) const {
    const ReadyItem* found = nullptr;
    for (const auto& [key, line] : lines) {
        if (key.first.run_level > search.offer.worker->level) break;
        const ReadyItem& last = items_.at(line.rbegin()->second);
        if (last.is_comparison() || last.rank > search.offer.quick_seconds) continue;
        if (may_take(search, key, last)) found = &last;
    }
    return found;
}

/// Critical work by rank, else the highest level, by rank. Lines of one level stand together.
const ReadyItem* ReadyQueue::best_of(Search& search, const Lines& lines, RebuildId rebuild) const {
    if (search.offer.quick_seconds > 0) {
        if (const ReadyItem* quick = quick_of(search, lines)) return quick;
    }
    const ReadyItem* longest = nullptr;
    const ReadyItem* highest = nullptr;
    for (const auto& [key, line] : lines) {
        if (key.first.run_level > search.offer.worker->level) break;
        const ReadyItem& head = items_.at(line.begin()->second);
        if (!may_take(search, key, head)) continue;
        if (!longest || head.rank > longest->rank) longest = &head;
        const bool higher = !highest || head.placement.run_level > highest->placement.run_level ||
                            (head.placement.run_level == highest->placement.run_level &&
                             std::pair(-head.rank, id_of(head.what)) <
                                 std::pair(-highest->rank, id_of(highest->what)));
        if (higher) highest = &head;
    }
    const auto critical = critical_.find(rebuild);
    const bool decides =
        longest && critical != critical_.end() && longest->rank >= critical->second;
    return decides ? longest : highest;
}

const ReadyItem* ReadyQueue::find_in(Search& search, Turn turn, PriorityClass priority) const {
    const ReadyItem* best = nullptr;
    RebuildId best_rebuild;
    auto queue = queues_.lower_bound({turn, priority, {}});
    for (; queue != queues_.end(); ++queue) {
        const auto& [its_turn, its_priority, rebuild] = queue->first;
        if (its_turn != turn || its_priority != priority) break;
        if (paused_.contains(rebuild)) continue;
        if (best && !shares_.before(rebuild, best_rebuild, search.now)) continue;
        if (const ReadyItem* item = best_of(search, queue->second, rebuild)) {
            best = item;
            best_rebuild = rebuild;
        }
    }
    return best;
}

const ReadyItem* ReadyQueue::find(const SlotOffer& offer, TimePoint now, Duration reserve_after) {
    wake(now);
    if (const auto reserved = reserved_.find(offer.worker->id); reserved != reserved_.end()) {
        const ReadyItem& item = items_.at(reserved->second);
        if (!is_paused(item.rebuild) &&
            Fleet::unfit(*offer.worker, item.placement) == Unfit::none) {
            const bool may = item.is_comparison() ? offer.comparisons : offer.builds;
            return may && Fleet::has_room(*offer.worker, item.placement) ? &item : nullptr;
        }
        reserved_by_.erase(reserved->second);
        reserved_.erase(reserved);
    }
    Search search{offer, now, reserve_after};
    for (const Turn turn : std::array{Turn::build, Turn::comparison, Turn::of_itself}) {
        if (!(turn == Turn::build ? offer.builds : offer.comparisons)) continue;
        for (const PriorityClass priority :
             std::array{PriorityClass::urgent, PriorityClass::normal, PriorityClass::background}) {
            if (priority == PriorityClass::background && !offer.background) continue;
            const ReadyItem* item = find_in(search, turn, priority);
            refused_for_others_ |= search.left_to_others;
            if (search.starved) {
                sim_mark("worker reserved");
                reserved_[offer.worker->id] = search.starved->what;
                reserved_by_[search.starved->what] = offer.worker->id;
                return nullptr;
            }
            if (item) return item;
        }
    }
    return nullptr;
}

std::vector<const ReadyItem*> ReadyQueue::probes_for(const Fleet::Entry& worker,
                                                     bool comparisons,
                                                     TimePoint now) {
    wake(now);
    std::vector<const ReadyItem*> found;
    for (const auto& [queue, lines] : queues_) {
        const auto& [turn, priority, rebuild] = queue;
        if ((turn != Turn::build) != comparisons || paused_.contains(rebuild)) continue;
        for (const auto& [key, line] : lines) {
            const auto& [placement, avoid] = key;
            if (placement.run_level > worker.level) break;
            const ReadyItem& last = items_.at(line.rbegin()->second);
            // Later it may be the only one to try: no other worker may be able to.
            if (avoid == worker.id && now < last.not_before + kAvoidFor) continue;
            if (reserved_by_.contains(last.what)) continue;
            if (Fleet::unfit(worker, placement) == Unfit::none &&
                Fleet::has_room(worker, placement))
                found.push_back(&last);
        }
    }
    return found;
}

void ReadyQueue::unreserve(WorkerId worker) {
    const auto reserved = reserved_.find(worker);
    if (reserved == reserved_.end()) return;
    reserved_by_.erase(reserved->second);
    reserved_.erase(reserved);
    refused_for_others_ = true;
}

void ReadyQueue::forget(RebuildId rebuild) {
    paused_.erase(rebuild);
    critical_.erase(rebuild);
    shares_.forget(rebuild);
}

ReadyQueue::Position ReadyQueue::position_of(const What& what) const {
    Position position;
    const ReadyItem* mine = item(what);
    if (!mine) return position;
    for (const auto& [queue, lines] : queues_) {
        const auto& [turn, priority, rebuild] = queue;
        if (turn != turn_of(*mine) || priority < mine->priority) continue;
        for (const auto& [key, line] : lines) {
            if (priority > mine->priority) {
                position.of_higher_class += line.size();
                continue;
            }
            position.before_in_class += line.size();
            if (rebuild != mine->rebuild) continue;
            if (key.first.run_level > mine->placement.run_level) {
                position.before_in_rebuild += line.size();
            } else if (key.first.run_level == mine->placement.run_level) {
                const auto here = line.lower_bound({{-mine->rank, id_of(what)}, what});
                position.before_in_rebuild +=
                    static_cast<std::size_t>(std::distance(line.begin(), here));
            }
        }
    }
    if (in_line_.contains(what)) --position.before_in_class;
    return position;
}

}  // namespace terrace::core
