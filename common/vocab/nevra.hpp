#pragma once

#include <boost/describe.hpp>
#include <string>

#include "common/vocab/evr.hpp"

namespace terrace {

/// Name, epoch, version, release, architecture of one RPM; arch "src" for a source package.
struct Nevra {
    std::string name;
    int epoch = 0;
    std::string version;
    std::string release;
    std::string arch;
    friend bool operator==(const Nevra&, const Nevra&) = default;

    Evr evr() const { return Evr{epoch, version, release}; }
};
BOOST_DESCRIBE_STRUCT(Nevra, (), (name, epoch, version, release, arch))

/// "bash-5.2-1.x86_64", with the epoch before the version if it is not 0.
inline std::string to_string(const Nevra& nevra) {
    return nevra.name + "-" + to_string(nevra.evr()) + "." + nevra.arch;
}

}  // namespace terrace
