#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "scheduler/store/running.hpp"
#include "scheduler/store/tables.hpp"

namespace terrace::store {

/// The rows of a batch for one table, by key: so each row is written once and all are written in
/// the order of their ids. They belong to the batch.
template <class Row>
using Rows = std::map<Key<Row>, const Row*>;

/// A batch by table. Of two changes of one row the last one counts; of what is leased the last one
/// before that. Throws std::logic_error when something is leased without a lease: that would be
/// lost.
struct ChangeGroups {
    std::set<AttemptId> leases_ended;  ///< their rows go, before anything is written
    Rows<core::Lease> leases_granted;  ///< not among `rows`
    Rows<core::Build> builds_tried;    ///< not among `rows`; each is in the database already
    boost::mp11::mp_rename<boost::mp11::mp_transform<Rows, RowTypes>, std::tuple> rows;

    explicit ChangeGroups(const std::vector<core::Change>& changes) {
        for (const core::Change& change : changes) {
            std::visit([this](const auto& row) { add(row); }, change);
        }
        take_tried_builds();
        if (builds_leased_.empty() && comparisons_leased_.empty()) return;
        take_granted_leases();
        for (const BuildId id : builds_leased_) refuse("build", id.value);
        for (const ComparisonId id : comparisons_leased_) refuse("comparison", id.value);
    }

private:
    template <class Row>
    Rows<Row>& of() {
        return std::get<Rows<Row>>(rows);
    }
    template <class Row>
    void put(const Row& row) {
        of<Row>()[key_of(row)] = &row;
    }

    template <class Row>
    void add(const Row& row) {
        put(row);
    }
    void add(const core::Attempt& row) {
        if (has_own_row(row)) {
            put(row);
        } else {
            begun_.insert(row.id);
        }
    }
    void add(const core::Build& row) { add_target(row, builds_leased_); }
    void add(const core::Comparison& row) { add_target(row, comparisons_leased_); }
    void add(const core::LeaseEnded& ended) {
        leases_ended.insert(ended.attempt);
        of<core::Lease>().erase(std::make_tuple(ended.attempt));
    }
    template <class Row, class Ids>
    void add_target(const Row& row, Ids& leased) {
        if (has_own_row(row)) {
            put(row);
            leased.erase(row.id);
        } else {
            leased.insert(row.id);
        }
    }

    /// A lease that is older than this batch is of a build that is there.
    void take_tried_builds() {
        for (const auto& [key, attempt] : of<core::Attempt>()) {
            const AttemptId id = attempt->id;
            if (!attempt->build || begun_.contains(id) || !leases_ended.contains(id)) continue;
            const auto build = of<core::Build>().find(std::make_tuple(*attempt->build));
            if (build != of<core::Build>().end())
                builds_tried.insert(of<core::Build>().extract(build));
        }
    }

    void take_granted_leases() {
        std::erase_if(of<core::Lease>(), [this](const auto& entry) {
            const core::Lease& lease = *entry.second;
            const bool granted = lease.build ? builds_leased_.erase(*lease.build) > 0
                                             : comparisons_leased_.erase(*lease.comparison) > 0;
            if (granted) leases_granted.insert(entry);
            return granted;
        });
    }

    static void refuse(const std::string& what, std::int64_t id) {
        throw std::logic_error(what + " " + std::to_string(id) + " is leased without a lease");
    }

    std::set<AttemptId> begun_;  ///< in this batch
    std::set<BuildId> builds_leased_;
    std::set<ComparisonId> comparisons_leased_;
};

}  // namespace terrace::store
