#pragma once

#include <boost/describe.hpp>
#include <cstdint>

namespace terrace {

/// What one attempt may use of its host, and what a host has.
struct Resources {
    int cores = 0;
    std::int64_t memory_bytes = 0;
    std::int64_t disk_bytes = 0;
    friend bool operator==(const Resources&, const Resources&) = default;
};
BOOST_DESCRIBE_STRUCT(Resources, (), (cores, memory_bytes, disk_bytes))

}  // namespace terrace
