#pragma once

#include <boost/describe.hpp>
#include <string>

#include "common/vocab/digest.hpp"

namespace terrace {

/// One frozen repository of a seed.
struct SeedRepo {
    std::string name;
    std::string url;       ///< file://, http:// or https://, without a trailing slash
    Digest repomd_digest;  ///< of URL/repodata/repomd.xml
    friend bool operator==(const SeedRepo&, const SeedRepo&) = default;
};
BOOST_DESCRIBE_STRUCT(SeedRepo, (), (name, url, repomd_digest))

}  // namespace terrace
