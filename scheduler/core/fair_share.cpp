#include "scheduler/core/fair_share.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/vocab/check.hpp"

namespace terrace::core {
namespace {

double seconds_of(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

FairShare::FairShare(Duration half_life)
    : half_life_(half_life), usage_per_slot_max_(seconds_of(half_life) / std::numbers::ln2) {
    TERRACE_CHECK(half_life > Duration::zero());
}

void FairShare::set_share(RebuildId rebuild, double share) {
    TERRACE_CHECK(std::isfinite(share) && share > 0);
    accounts_[rebuild].share = share;
}

void FairShare::granted(RebuildId rebuild, TimePoint now) {
    Account& account = accounts_[rebuild];
    bring_up_to(account, now);
    if (begins(account, now)) {
        account.usage = std::max(account.usage, usage_at_begin(now) * account.share);
    }
    account.held += 1;
}

void FairShare::ended(RebuildId rebuild, TimePoint now) {
    const auto found = accounts_.find(rebuild);
    TERRACE_CHECK(found != accounts_.end() && found->second.held >= 1);
    Account& account = found->second;
    bring_up_to(account, now);
    account.held -= 1;
    account.ended_at = account.valid_at;
    last_ended_ = {account.usage / account.share, account.valid_at};
}

void FairShare::forget(RebuildId rebuild) {
    TERRACE_CHECK(held(rebuild) == 0);
    accounts_.erase(rebuild);
}

bool FairShare::before(RebuildId a, RebuildId b, TimePoint now) const {
    const Account& account_a = account_of(a);
    const Account& account_b = account_of(b);
    const double held_a = account_a.held / account_a.share;
    const double held_b = account_b.held / account_b.share;
    if (held_a != held_b) return held_a < held_b;
    const double usage_a = usage_of(account_a, now) / account_a.share;
    const double usage_b = usage_of(account_b, now) / account_b.share;
    if (usage_a != usage_b) return usage_a < usage_b;
    return a < b;
}

const FairShare::Account& FairShare::account_of(RebuildId rebuild) const {
    static const Account kUnknown;
    const auto found = accounts_.find(rebuild);
    return found == accounts_.end() ? kUnknown : found->second;
}

double FairShare::decay(Duration elapsed) const {
    return std::exp2(-seconds_of(std::max(elapsed, Duration::zero())) / seconds_of(half_life_));
}

double FairShare::usage_of(const Account& account, TimePoint now) const {
    const double kept = decay(now - account.valid_at);
    return account.usage * kept + account.held * usage_per_slot_max_ * (1 - kept);
}

void FairShare::bring_up_to(Account& account, TimePoint now) const {
    account.usage = usage_of(account, now);
    account.valid_at = std::max(account.valid_at, now);
}

bool FairShare::begins(const Account& account, TimePoint now) const {
    if (account.held > 0) return false;
    return !account.ended_at || now - *account.ended_at >= half_life_;
}

double FairShare::usage_at_begin(TimePoint now) const {
    std::optional<double> least;
    for (const auto& [rebuild, account] : accounts_) {
        if (account.held == 0) continue;
        const double usage = usage_of(account, now) / account.share;
        least = least ? std::min(*least, usage) : usage;
    }
    return least ? *least : last_ended_.usage * decay(now - last_ended_.valid_at);
}

}  // namespace terrace::core
