#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace terrace::bench {

struct PlantedResult {
    std::size_t planted = 0;
    std::size_t found = 0;
    std::vector<std::string> missed;  ///< in words
};

/// Compiles leaks into libraries, programs and archives below `work`, by this host's cc, strips a
/// copy of each, audits all, and counts what is found with its function named: by its symbol, or,
/// where the object has none, by the address that the symbol had.
PlantedResult audit_planted(const std::filesystem::path& work);

}  // namespace terrace::bench
