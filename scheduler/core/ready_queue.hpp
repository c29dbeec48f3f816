#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/priority.hpp"
#include "common/vocab/time.hpp"
#include "scheduler/core/fair_share.hpp"
#include "scheduler/core/fleet.hpp"

namespace terrace::core {

/// A build or a comparison that waits for a slot.
struct ReadyItem {
    std::variant<BuildId, ComparisonId> what;
    RebuildId rebuild;
    PriorityClass priority = PriorityClass::normal;
    Placement placement;
    /// Expected seconds of the longest chain of work that waits for it, itself included; in flat
    /// mode its own duration.
    double rank = 0;
    TimePoint ready_at{};
    TimePoint not_before{};         ///< back-off
    std::optional<WorkerId> avoid;  ///< this worker failed it, so another goes first
    bool of_itself = false;         ///< a comparison of a baseline with itself: after all others

    bool is_comparison() const { return std::holds_alternative<ComparisonId>(what); }
};

/// What a slot that asks for work may take.
struct SlotOffer {
    const Fleet::Entry* worker = nullptr;
    bool builds = true;
    bool comparisons = true;
    bool background = true;  ///< background rebuilds may take it
    /// Builds of no more than these expected seconds go first, if there are any; 0: as always.
    double quick_seconds = 0;
    bool only_worker = false;  ///< there is no other worker of its level that could go first
    /// What a worker of lower level that waits could start now is left to it.
    const Fleet* fleet = nullptr;
};

/// All that is ready, in the order in which it is handed out (docs/placement.md): builds before
/// comparisons, which need a quiet host, and of those the ones that decide nothing last; priority
/// class; fair share between rebuilds; then, within one rebuild, on slots kept for short builds the
/// shortest, else what is critical by rank, and else the highest run level that the worker has,
/// since fewer workers can do it, by rank. Items that ask the same of a worker stand in one line,
/// so a lookup costs O(lines), and never walks what waits.
class ReadyQueue {
public:
    using What = std::variant<BuildId, ComparisonId>;

    explicit ReadyQueue(Duration fair_share_half_life = std::chrono::hours(1))
        : shares_(fair_share_half_life) {}

    /// Adds it, or replaces what was known of it.
    void put(const ReadyItem& item);
    void remove(const What& what);
    void rerank(const What& what, double rank);
    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }
    const ReadyItem* item(const What& what) const;

    void set_rebuild(RebuildId rebuild, double share, bool paused);
    /// A chain of work longer than this decides when the rebuild ends: it goes before all else of
    /// it.
    void set_critical(RebuildId rebuild, double seconds) { critical_[rebuild] = seconds; }
    /// The rebuild has ended. @pre nothing of it is ready or leased
    void forget(RebuildId rebuild);

    /// The item that this slot should run next, or null; it stays in the queue. What has waited
    /// longer than `reserve_after` without a worker that has room for it gets the asking one
    /// reserved, if it could run it idle: such a worker takes nothing else until it has run it.
    const ReadyItem* find(const SlotOffer& offer, TimePoint now, Duration reserve_after);

    /// The builds, or comparisons, that could prove this worker, one of each line: its last, which
    /// is the shortest. None that failed on it a while ago, or that another worker is reserved for.
    std::vector<const ReadyItem*> probes_for(const Fleet::Entry& worker,
                                             bool comparisons,
                                             TimePoint now);
    /// The worker takes no more leases: what it was reserved for goes elsewhere.
    void unreserve(WorkerId worker);

    /// Since the last call, was a slot refused for the sake of another worker or of a reservation
    /// that is over? Then, when something has been granted, whoever waits must ask again: the other
    /// worker may have taken something else.
    bool take_refused_for_others() { return std::exchange(refused_for_others_, false); }

    FairShare& shares() { return shares_; }
    /// How many ready builds of its rebuild and class go before it, and how many of higher classes.
    struct Position {
        std::size_t before_in_rebuild = 0;
        std::size_t before_in_class = 0;  ///< of all rebuilds of its class, itself excluded
        std::size_t of_higher_class = 0;
    };
    Position position_of(const What& what) const;
    bool is_paused(RebuildId rebuild) const { return paused_.contains(rebuild); }
    std::optional<What> reserved_for(WorkerId worker) const;

private:
    /// Order inside a line: longest rank first, then the oldest.
    using Place = std::pair<double, std::int64_t>;
    using Line = std::set<std::pair<Place, What>>;
    /// By what they ask of a worker; grouped by level through the order of Placement.
    using Lines = std::map<std::pair<Placement, std::optional<WorkerId>>, Line>;
    /// What is handed out first, whatever its class.
    enum class Turn { build, comparison, of_itself };
    using Queue = std::tuple<Turn, PriorityClass, RebuildId>;

    static Turn turn_of(const ReadyItem& item);
    static Queue queue_of(const ReadyItem& item);
    void stand_in_line(const ReadyItem& item);
    void leave_line(const ReadyItem& item);
    void wake(TimePoint now);
    struct Search;
    const ReadyItem* best_of(Search& search, const Lines& lines, RebuildId rebuild) const;
    const ReadyItem* quick_of(Search& search, const Lines& lines) const;
    bool may_take(Search& search, const Lines::key_type& line, const ReadyItem& first) const;
    const ReadyItem* find_in(Search& search, Turn turn, PriorityClass priority) const;

    std::map<What, ReadyItem> items_;
    std::map<Queue, Lines> queues_;
    std::set<std::pair<TimePoint, What>> asleep_;  ///< in back-off
    std::set<What> in_line_;
    std::set<RebuildId> paused_;
    std::map<RebuildId, double> critical_;
    std::map<WorkerId, What> reserved_;
    std::map<What, WorkerId> reserved_by_;
    FairShare shares_;
    bool refused_for_others_ = false;
};

}  // namespace terrace::core
