#pragma once

#include <string>

#include "scheduler/core/config.hpp"

namespace terrace::core {

inline Error unknown_release(const FarmConfig& config, const std::string& release) {
    std::string known;
    for (const auto& [name, spec] : config.releases) known += (known.empty() ? "" : ", ") + name;
    return {Errc::not_found, "There is no release '" + release + "' (known: " + known + ")."};
}

/// "There is no build 17."
template <class RowId>
Error no_such(const std::string& noun, RowId id) {
    return {Errc::not_found, "There is no " + noun + " " + std::to_string(id.value) + "."};
}

/// Ids of a table ascend from 1.
template <class Map>
typename Map::key_type next_id(const Map& rows) {
    return {rows.empty() ? 1 : rows.rbegin()->first.value + 1};
}

}  // namespace terrace::core
