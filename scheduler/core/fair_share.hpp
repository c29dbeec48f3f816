#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "common/vocab/id.hpp"
#include "common/vocab/time.hpp"

namespace terrace::core {

/// Who is next among the rebuilds of one priority class. Slots are divided now, by what each
/// rebuild holds for its share; what it held before only decides between equals, and is forgotten
/// with a half-life, so that a rebuild that had the farm to itself at night is not made to wait all
/// day.
///
/// The usage of a rebuild is its slot-seconds, decayed: with L = ln 2 / half-life,
///
///     usage(t) = usage(t0) * exp(-L (t - t0)) + held * (1 - exp(-L (t - t0))) / L
///
/// while it holds `held` slots from t0 to t. It is kept with the t0 at which it was valid and is
/// never touched while nothing happens, so a comparison costs two exponentials and two lookups.
///
/// A rebuild begins when it is granted a slot and has held none for a half-life, or never did. It
/// then begins with at least the least usage per share among those that hold slots: it is owed
/// nothing for the time when it asked for nothing. When none holds a slot, with the usage per share
/// of the one that gave one back last: or on a farm of one slot a newcomer would keep it until it
/// has caught up.
///
/// A rebuild that was not told of has a share of 1 and no usage. A time that lies before one
/// already seen counts as that one. Lookups are O(log rebuilds); only a grant to one that begins
/// walks over the others.
class FairShare {
public:
    /// @pre half_life > 0
    explicit FairShare(Duration half_life = std::chrono::hours(1));

    /// Twice the share, twice the slots. @pre share > 0
    void set_share(RebuildId rebuild, double share);
    /// One slot more is its own.
    void granted(RebuildId rebuild, TimePoint now);
    /// One slot fewer is its own. @pre it holds one
    void ended(RebuildId rebuild, TimePoint now);
    /// Nothing more is kept of it. @pre it holds no slot
    void forget(RebuildId rebuild);

    /// The number of slots that it holds.
    double held(RebuildId rebuild) const { return account_of(rebuild).held; }
    /// Its decayed slot-seconds.
    double usage(RebuildId rebuild, TimePoint now) const {
        return usage_of(account_of(rebuild), now);
    }

    /// Whether a free slot goes to `a` rather than to `b`: fewer slots held for its share, then
    /// less usage for its share, then the older id. A strict order at any one moment; as usage
    /// goes on by itself, it is no order to keep a container by.
    bool before(RebuildId a, RebuildId b, TimePoint now) const;

private:
    struct Account {
        double share = 1;
        double held = 0;
        double usage = 0;  ///< at the time `valid_at`
        TimePoint valid_at{};
        std::optional<TimePoint>
            ended_at;  ///< when it last gave back a slot; unset: never held one
    };
    /// What one share had used, and when that was so.
    struct ShareUsage {
        double usage = 0;
        TimePoint valid_at{};
    };

    const Account& account_of(RebuildId rebuild) const;
    double decay(Duration elapsed) const;
    double usage_of(const Account& account, TimePoint now) const;
    double usage_at_begin(TimePoint now) const;
    void bring_up_to(Account& account, TimePoint now) const;
    bool begins(const Account& account, TimePoint now) const;

    Duration half_life_;
    double usage_per_slot_max_;  ///< 1 / L: what a slot held for ever comes to
    std::map<RebuildId, Account> accounts_;
    ShareUsage last_ended_;
};

}  // namespace terrace::core
