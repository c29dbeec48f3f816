#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "worker/sandbox/mounts.hpp"

namespace terrace::sandbox {

TEST_CASE(
    "mounts below a directory come deepest and newest first, and the directory's own does not") {
    const std::string mountinfo =
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 21 0:30 / /state rw - tmpfs tmpfs rw\n"
        "41 40 0:31 / /state/mock/a/root rw - tmpfs tmpfs rw\n"
        "42 41 0:5 / /state/mock/a/root/proc rw - proc proc rw\n"
        "43 41 0:32 / /state/mock/a/root rw - tmpfs tmpfs rw\n"
        "44 40 0:33 / /state/with\\040blank\\134 rw - tmpfs tmpfs rw\n"
        "45 21 0:34 / /stateless rw - tmpfs tmpfs rw\n"
        "damaged\n";
    CHECK(mount_points_below(mountinfo, "/state") ==
          std::vector<std::string>{"/state/mock/a/root/proc", "/state/mock/a/root",
                                   "/state/mock/a/root", "/state/with blank\\"});
    CHECK(mount_points_below(mountinfo, "/nowhere").empty());
}

}  // namespace terrace::sandbox
