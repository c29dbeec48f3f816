#pragma once

#include <boost/describe.hpp>
#include <string>

#include "common/vocab/names.hpp"

namespace terrace {

/// The levels of the x86-64 psABI, in rpm's and mock's spelling, lowest first. `none`: not even
/// x86-64.
enum class Level { none, x86_64, x86_64_v2, x86_64_v3, x86_64_v4 };
BOOST_DESCRIBE_ENUM(Level, none, x86_64, x86_64_v2, x86_64_v3, x86_64_v4)

/// The compiler's spelling, for -march: "x86-64-v3".
inline std::string march_of(Level level) {
    std::string name = name_of(level);
    for (char& c : name) {
        if (c == '_') c = '-';
    }
    return name;
}

}  // namespace terrace
