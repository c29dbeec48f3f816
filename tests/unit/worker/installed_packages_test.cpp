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
    CHECK(installed_packages(results.path()) ==
          std::vector<std::string>{"data-2-1.t1.noarch", "lib-devel-1:1.0-1.t1.x86_64",
                                   "old-1-1.x86_64"});
}

TEST_CASE("a build that did not get so far had nothing installed") {
    CHECK(installed_among({rpm_of({"a", 0, "1", "1", "noarch"})}, "/no/such").empty());
    CHECK(installed_packages("/no/such").empty());
}

TEST_CASE("a file full of anything gives a list of names that JSON takes") {
    const os::TemporaryDirectory results;
    std::ofstream file(results.path() / "installed_pkgs.log");
    file << "a\xff\x01" << std::string(5000, 'b') << " 1\n";
    for (int i = 0; i < 20'000; ++i) file << "n" << i << " 1\n";
    file.close();
    const std::vector<std::string> packages = installed_packages(results.path());
    CHECK(packages.size() == 10'000);
    CHECK(packages.front().size() < 310);
    CHECK(packages.front().find('\xff') == std::string::npos);
}

}  // namespace
}  // namespace terrace::worker
