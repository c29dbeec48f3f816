#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <string>

namespace terrace {

/// Epoch, version, release. A missing epoch is 0. Compared by rpm's own rules (rpmvercmp), never as
/// text.
struct Evr {
    int epoch = 0;
    std::string version;
    std::string release;
};
BOOST_DESCRIBE_STRUCT(Evr, (), (epoch, version, release))

std::weak_ordering operator<=>(const Evr& left, const Evr& right);
bool operator==(const Evr& left, const Evr& right);

/// "1:2.0-3", without the epoch if it is 0.
std::string to_string(const Evr& evr);

}  // namespace terrace
