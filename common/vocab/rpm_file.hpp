#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "common/vocab/digest.hpp"
#include "common/vocab/nevra.hpp"

namespace terrace {

struct RpmFile {
    Nevra nevra;
    std::string filename;
    Digest digest;
    std::int64_t size = 0;
    bool debug = false;  ///< a -debuginfo or -debugsource package
    friend bool operator==(const RpmFile&, const RpmFile&) = default;
};
BOOST_DESCRIBE_STRUCT(RpmFile, (), (nevra, filename, digest, size, debug))

}  // namespace terrace
