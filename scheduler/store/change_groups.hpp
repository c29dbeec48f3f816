#pragma once

#include <map>
#include <set>
#include <tuple>
#include <variant>
#include <vector>

#include "scheduler/store/tables.hpp"

namespace terrace::store {

/// The rows of a batch for one table, by key: so each row is written once and all are written in
/// the order of their ids. They belong to the batch.
template <class Row>
using Rows = std::map<Key<Row>, const Row*>;

/// A batch by table. Of two changes of one row the last one counts.
struct ChangeGroups {
    std::set<AttemptId> leases_ended;  ///< their rows go, before anything is written
    boost::mp11::mp_rename<boost::mp11::mp_transform<Rows, RowTypes>, std::tuple> rows;

    explicit ChangeGroups(const std::vector<core::Change>& changes) {
        for (const core::Change& change : changes) {
            std::visit([this](const auto& row) { add(row); }, change);
        }
    }

private:
    template <class Row>
    void add(const Row& row) {
        std::get<Rows<Row>>(rows)[key_of(row)] = &row;
    }
    void add(const core::LeaseEnded& ended) {
        leases_ended.insert(ended.attempt);
        std::get<Rows<core::Lease>>(rows).erase(std::make_tuple(ended.attempt));
    }
};

}  // namespace terrace::store
