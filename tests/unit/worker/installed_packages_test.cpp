#include "worker/mock/installed_packages.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

RpmFile rpm_of(Nevra nevra) {
    RpmFile rpm;
    rpm.nevra = std::move(nevra);
    return rpm;
}

TEST_CASE("the packages of a build root are told from those that it only could have had") {
    const os::TemporaryDirectory results;
    std::ofstream(results.path() / "installed_pkgs.log")
        << "lib-devel-1:1.0-1.t1.x86_64 1795684381 1455 d2b3 installed\n"
           "data-2-1.t1.noarch 1795684381 1 d2b3 installed\n"
           "old-1-1.x86_64 1700000000 1 d2b3 installed\n\n";
    const std::vector<RpmFile> rpms = {rpm_of({"lib-devel", 1, "1.0", "1.t1", "x86_64_v3"}),
                                       rpm_of({"data", 0, "2", "1.t1", "noarch"}),
                                       rpm_of({"old", 0, "1", "1.t1", "x86_64_v3"})};
    CHECK(installed_among(rpms, results.path()) ==
          std::vector<std::string>{"lib-devel-1:1.0-1.t1.x86_64_v3", "data-2-1.t1.noarch"});
}

TEST_CASE("a build that did not get so far had nothing installed") {
    CHECK(installed_among({rpm_of({"a", 0, "1", "1", "noarch"})}, "/no/such").empty());
}

}  // namespace
}  // namespace terrace::worker
