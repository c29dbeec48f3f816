// Where streams point: to new composes, forwards and back; and what of the past stays.
#include <algorithm>

#include "scheduler/core/farm.hpp"
#include "scheduler/core/intake.hpp"
#include "scheduler/core/sim_mark.hpp"
#include "scheduler/core/stream_history.hpp"

namespace terrace::core {
namespace {

std::string text_of(ComposeId id) {
    return "compose " + std::to_string(id.value);
}

Error conflict(std::string message) {
    return {Errc::conflict, std::move(message)};
}

}  // namespace

const StreamMove* Farm::pending_move(const std::string& release, const std::string& stream) const {
    for (auto move = state_.stream_moves.rbegin(); move != state_.stream_moves.rend(); ++move) {
        const StreamMove& row = move->second;
        if (row.release != release || row.stream != stream) continue;
        if (row.state == MoveState::pending) return &row;
        return nullptr;  // each stream's newest move is the only one that may be pending
    }
    return nullptr;
}

void Farm::start_move(StreamMove move, TimePoint now, Decision& decision) {
    move.id = next_id(state_.stream_moves);
    const auto shown = state_.streams.find({move.release, move.stream});
    if (shown != state_.streams.end()) move.before = shown->second.compose;
    move.created_at = now;
    record(decision, std::move(move));
}

void Farm::end_move(StreamMove move, MoveOutcome outcome, TimePoint now, Decision& decision) {
    move.state = outcome.error.empty() ? MoveState::finished : MoveState::failed;
    move.error = std::move(outcome.error);
    move.client_check = std::move(outcome.client_check);
    move.finished_at = now;
    if (move.state == MoveState::finished) {
        record(decision, Stream{move.release, move.stream, move.compose});
        const auto content = state_.compose_builds.find(move.compose);
        const bool has_packages =
            content != state_.compose_builds.end() && !content->second.builds.empty();
        if (has_packages && !state_.compose_packages.contains(move.compose)) {
            sim_mark("reload after a move");
            wants_reload_ = true;
        }
    }
    record(decision, std::move(move));
}

std::vector<ComposeId> Farm::late_composes(const std::string& release,
                                           const std::string& stream,
                                           ComposeId next) const {
    const auto spec = config_->releases.find(release);
    if (spec == config_->releases.end()) return {};
    std::vector<ComposeId> late =
        shown_composes(state_, release, stream, spec->second.composes_kept);
    std::erase(late, next);
    // With the next one they are as many as are kept.
    if (late.size() >= spec->second.composes_kept) late.resize(spec->second.composes_kept - 1);
    return late;
}

std::string Farm::why_other_content(const std::string& release,
                                    const std::string& stream,
                                    const std::vector<BuildId>& builds) const {
    const std::set<BuildId> shown = builds_shown(state_, release, stream);
    const std::string& baseline = config_->releases.at(release).baseline().name;
    const auto each_rpm = [&](BuildId id, const auto& use) {
        const Build& build = state_.builds.at(id);
        const auto rpms = state_.build_rpms.find(id);
        if (rpms == state_.build_rpms.end()) return;
        for (const BuildRpm& rpm : rpms->second) {
            // Of a variant neither is published: both are the baseline's.
            const bool shared = rpm.nevra.arch == "noarch" || rpm.nevra.arch == "src";
            if (!shared || build.variant == baseline) use(build.variant, rpm);
        }
    };
    ContentCheck check;
    bool anything = false;
    for (const BuildId id : builds) {
        if (shown.contains(id)) continue;
        each_rpm(id, [&](const std::string& variant, const BuildRpm& rpm) {
            check.add(variant, rpm);
            anything = true;
        });
    }
    if (!anything) return {};
    for (const BuildId id : shown) {
        each_rpm(id, [&](const std::string& variant, const BuildRpm& rpm) {
            check.compare(variant, rpm);
        });
    }
    return check.refusal(stream);
}

Result<ComposeId> Farm::move_target(const MoveStream& request) const {
    const auto release = config_->releases.find(request.release);
    if (release == config_->releases.end()) return unknown_release(*config_, request.release);
    const auto& names = release->second.streams;
    if (std::ranges::find(names, request.stream) == names.end()) {
        return Error{Errc::not_found, "Release '" + request.release + "' has no stream '" +
                                          request.stream + "': its release file lists them."};
    }
    const std::string stream = "Stream '" + request.stream + "'";
    if (const StreamMove* move = pending_move(request.release, request.stream)) {
        return conflict(stream + " is on its way to " + text_of(move->compose) +
                        ": try again when that has ended.");
    }
    const auto shown = state_.streams.find({request.release, request.stream});
    const ComposeId current = shown == state_.streams.end() ? ComposeId{} : shown->second.compose;
    const bool back = request.kind == MoveKind::rollback;
    if (back && current == ComposeId{}) return conflict(stream + " has not been published yet.");
    ComposeId target = request.compose.value_or(ComposeId{});
    if (back && !request.compose) {
        target = rollback_target(state_, request.release, request.stream);
        if (target == ComposeId{}) {
            return conflict(stream + " shows " + text_of(current) +
                            ", and no earlier compose of it is left.");
        }
    }
    const auto compose = state_.composes.find(target);
    if (compose == state_.composes.end() || compose->second.release != request.release) {
        return Error{Errc::not_found,
                     "Release '" + request.release + "' has no " + text_of(target) + "."};
    }
    if (compose->second.state != ComposeState::finished)
        return conflict("There is nothing to show of " + text_of(target) + ": it is not finished.");
    if (compose->second.removed_at) {
        return conflict("The packages of " + text_of(target) +
                        " were removed; composes_kept of the release says how many stay.");
    }
    if (target == current) return conflict(stream + " shows " + text_of(target) + " already.");
    if (back != (target < current)) {
        const std::string other =
            back ? "newer: `repo promote` goes there" : "older: `repo rollback --to` goes there";
        return conflict(stream + " shows " + text_of(current) + ", and " + text_of(target) +
                        " is " + other + ".");
    }
    if (back) {
        const auto past =
            shown_composes(state_, request.release, request.stream, state_.stream_moves.size());
        if (std::ranges::find(past, target) == past.end())
            return conflict(stream + " has never shown " + text_of(target) + ".");
    } else {
        const auto content = state_.compose_builds.find(target);
        if (content != state_.compose_builds.end()) {
            std::string why =
                why_other_content(request.release, request.stream, content->second.builds);
            if (!why.empty()) return conflict(std::move(why));
        }
    }
    return target;
}

Decision Farm::on(const MoveStream& e, TimePoint now) {
    Decision decision;
    const Result<ComposeId> target = move_target(e);
    if (!target) {
        decision.reply = target.error();
        return decision;
    }
    StreamMove move;
    move.release = e.release;
    move.stream = e.stream;
    move.kind = e.kind;
    move.compose = *target;
    move.hurt_allowed = e.hurt_allowed;
    start_move(std::move(move), now, decision);
    decision.reply = Reply{MadeMove{state_.stream_moves.rbegin()->first}};
    return decision;
}

Decision Farm::on(const MoveEnded& e, TimePoint now) {
    Decision decision;
    const auto found = state_.stream_moves.find(e.move);
    if (found == state_.stream_moves.end() || found->second.state != MoveState::pending) {
        return decision;  // told twice, or about a move of an earlier life
    }
    if (!e.error.empty()) sim_mark("move failed");
    end_move(found->second, {e.error, e.client_check}, now, decision);
    start_composes(now, decision);
    return decision;
}

Decision Farm::on(const AskRepos&, TimePoint) {
    RepoState shown;
    for (const auto& [id, compose] : state_.composes) {
        if (compose.state == ComposeState::finished && !compose.removed_at)
            shown.composes.push_back(compose);
    }
    for (const auto& [key, stream] : state_.streams) shown.streams.push_back(stream);
    for (const auto& [id, move] : state_.stream_moves) {
        if (move.state == MoveState::pending) shown.pending.push_back(move);
    }
    Decision decision;
    decision.reply = Reply{std::move(shown)};
    return decision;
}

GarbagePlan Farm::plan_garbage(TimePoint now, Decision& decision, bool dry_run) {
    GarbagePlan plan;
    plan.dry_run = dry_run;
    for (const auto& [name, release] : config_->releases) plan.releases.insert(name);
    const std::set<ComposeId> composes = kept_composes(state_, *config_);
    for (const ComposeId id : composes) plan.composes.insert({state_.composes.at(id).release, id});
    for (const auto& [key, stream] : state_.streams) {
        plan.served[key] = served_trees(state_, key.first, key.second, now);
    }
    const std::set<BuildId> builds = kept_builds(state_, composes, now - config_->keeping.builds);
    plan.objects = needed_objects(state_, builds);
    plan.objects_before = now - config_->keeping.objects;
    std::vector<Change> expired;
    for (const auto& [id, compose] : state_.composes) {
        if (compose.state != ComposeState::finished || compose.removed_at) continue;
        if (composes.contains(id)) continue;
        Compose row = compose;
        row.removed_at = now;
        expired.emplace_back(std::move(row));
    }
    for (const auto& [id, build] : state_.builds) {
        const bool has_packages = build.state == BuildState::succeeded && !build.reused_from;
        if (!has_packages || build.removed_at || builds.contains(id)) continue;
        Build row = build;
        row.removed_at = now;
        expired.emplace_back(std::move(row));
        ++plan.builds_expired;
    }
    if (!dry_run) {
        for (Change& change : expired) record(decision, std::move(change));
        cancel_without_packages(now, decision);
    }
    return plan;
}

Decision Farm::on(const CollectGarbage& e, TimePoint now) {
    Decision decision;
    GarbagePlan plan = plan_garbage(now, decision, e.dry_run);
    decision.reply = Reply{std::move(plan)};
    return decision;
}

}  // namespace terrace::core
