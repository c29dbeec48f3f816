#pragma once

#include <string>

/// The text of PgRead's queries, one for each resource of docs/api.md. A list takes its filters
/// first, then `after` and `limit`; a filter of '' or 0 lets everything pass. What takes a path's
/// root has it as $1.
namespace terrace::store::sql {

std::string status();
std::string workers();
std::string worker();
std::string package_sets();
std::string packages();
std::string seeds();
std::string rebuilds();
std::string rebuild();
std::string builds();
std::string build();
/// Of the attempts in $1: when and how they ended.
std::string attempt_ends();
std::string build_audit();
std::string buildroot();
std::string build_facts();
std::string rebuilt_rpms();
std::string comparisons();
std::string comparison();
/// What the cost table is made of, of the rebuild $1 (gate_sql.cpp, as is all of the gate).
std::string gate_costs();
std::string self_comparisons();
std::string composes();
std::string compose();
std::string compose_diff();
std::string streams();
std::string stream_moves();
std::string stream_move();

}  // namespace terrace::store::sql
