#include "common/vocab/evr.hpp"

#include <rpm/rpmlib.h>
#if __has_include(<rpm/rpmver.h>)
#include <rpm/rpmver.h>
#endif

namespace terrace {

std::weak_ordering operator<=>(const Evr& left, const Evr& right) {
    if (left.epoch != right.epoch) return left.epoch <=> right.epoch;
    const int version = rpmvercmp(left.version.c_str(), right.version.c_str());
    if (version != 0) return version <=> 0;
    return rpmvercmp(left.release.c_str(), right.release.c_str()) <=> 0;
}

bool operator==(const Evr& left, const Evr& right) {
    return (left <=> right) == 0;
}

std::string to_string(const Evr& evr) {
    const std::string epoch = evr.epoch == 0 ? "" : std::to_string(evr.epoch) + ":";
    return epoch + evr.version + "-" + evr.release;
}

}  // namespace terrace
