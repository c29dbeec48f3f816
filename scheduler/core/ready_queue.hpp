#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"

namespace terrace::core {

/// A build or a comparison that waits for a slot.
struct ReadyItem {
    std::variant<BuildId, ComparisonId> what;
    Level run_level = Level::x86_64;  ///< the least level of a worker that may run it
    int priority = 0;                 ///< higher first
    TimePoint not_before{};
    std::optional<WorkerId> avoid;  ///< this worker failed it, so another goes first

    bool is_comparison() const { return std::holds_alternative<ComparisonId>(what); }
};

/// What a slot that asks for work may take.
struct SlotOffer {
    WorkerId worker;
    Level level = Level::none;
    bool builds = true;
    bool comparisons = true;
    bool only_worker = false;  ///< there is no other worker of its level that could go first
};

/// All that is ready, in the order in which it is handed out: builds before comparisons, which need
/// a quiet host; then priority; then the highest run level that the worker has, since fewer workers
/// can do it; then age. A lookup costs O(levels + items in back-off), never a walk over all that
/// waits.
class ReadyQueue {
public:
    using What = std::variant<BuildId, ComparisonId>;

    /// Adds it, or replaces what was known of it.
    void put(const ReadyItem& item);
    void remove(const What& what);
    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }

    /// The item that this slot should run next, or null; it stays in the queue.
    const ReadyItem* find(const SlotOffer& offer, TimePoint now) const;

private:
    /// (comparison, run level): one line to stand in.
    using Line = std::pair<bool, Level>;
    /// Order inside a line: (negative priority, id).
    using Place = std::pair<int, std::int64_t>;
    static Line line_of(const ReadyItem& item);
    static Place place_of(const ReadyItem& item);
    const ReadyItem* first_in(const Line& line, const SlotOffer& offer, TimePoint now) const;

    std::map<What, ReadyItem> items_;
    std::map<Line, std::map<Place, What>> lines_;
};

}  // namespace terrace::core
