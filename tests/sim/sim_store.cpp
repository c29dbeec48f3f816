#include "tests/sim/sim_store.hpp"

#include <set>
#include <stdexcept>
#include <variant>

namespace terrace::sim {
namespace {

/// What the triggers of 0001_initial.sql refuse: a final state that changes.
template <class Rows, class Row>
void refuse_change_of_final_state(const Rows& rows, const Row& row, const char* table) {
    const auto found = rows.find(row.id);
    if (found == rows.end() || !core::is_final(found->second.state) ||
        found->second.state == row.state)
        return;
    throw std::logic_error(std::string("a final state of ") + table + " would change");
}

/// The database has a lease and no row for what is leased: nothing else may change with it.
template <class Rows, class Row, class State>
void refuse_other_change_with_lease(const Rows& rows, Row row, State leased, const char* table) {
    if (row.state != leased) return;
    const Row& before = rows.at(row.id);
    row.state = before.state;
    row.attempts = before.attempts;
    if (row == before) return;
    throw std::logic_error(std::string("a ") + table + " was leased and changed otherwise");
}

void check_constraints(const core::Snapshot& before, const core::Change& change) {
    if (const auto* build = std::get_if<core::Build>(&change)) {
        refuse_change_of_final_state(before.builds, *build, "build");
        refuse_other_change_with_lease(before.builds, *build, core::BuildState::leased, "build");
    }
    if (const auto* row = std::get_if<core::Comparison>(&change)) {
        refuse_change_of_final_state(before.comparisons, *row, "comparison");
        refuse_other_change_with_lease(before.comparisons, *row, core::ComparisonState::leased,
                                       "comparison");
    }
    if (const auto* move = std::get_if<core::StreamMove>(&change)) {
        const auto found = before.stream_moves.find(move->id);
        if (found != before.stream_moves.end() && found->second.state != core::MoveState::pending &&
            found->second.state != move->state)
            throw std::logic_error("a final state of stream_move would change");
    }
    if (const auto* rebuild = std::get_if<core::Rebuild>(&change)) {
        refuse_change_of_final_state(before.rebuilds, *rebuild, "rebuild");
    }
}

}  // namespace

core::Snapshot SimStore::load() {
    if (faulty_ && random_.percent(10)) throw engine::StoreError("injected: the database is away");
    return durable_;
}

void SimStore::load_shown_packages() {
    for (const auto& [key, stream] : durable_.streams) {
        const auto packages = all_packages_.find(stream.compose);
        if (packages != all_packages_.end())
            durable_.compose_packages.try_emplace(stream.compose, packages->second);
    }
}

void SimStore::commit(const std::vector<core::Change>& changes) {
    if (faulty_ && random_.percent(3))
        throw engine::StoreError("injected: connection lost before the commit");
    for (const core::Change& change : changes) {
        check_constraints(durable_, change);
        core::apply_change(durable_, change);
        if (const auto* row = std::get_if<core::ComposePackage>(&change))
            all_packages_[row->compose][{row->repo, row->filename}] = *row;
    }
    load_shown_packages();
    ++commits_;
    if (faulty_ && random_.percent(3))
        throw engine::StoreError("injected: connection lost after the commit");
}

}  // namespace terrace::sim
