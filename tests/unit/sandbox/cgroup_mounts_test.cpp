#include "worker/sandbox/cgroup_mounts.hpp"

#include <doctest/doctest.h>

namespace terrace::sandbox {
namespace {

using Hierarchies = std::vector<CgroupHierarchy>;

TEST_CASE("cgroup v2 alone, as systemd has it: the service's group is found below the mount") {
    CHECK(cgroup_hierarchies(
              "0::/system.slice/terrace-worker.service\n",
              "22 1 0:20 / /proc rw,nosuid - proc proc rw\n"
              "26 25 0:23 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 "
              "cgroup2 rw,nsdelegate,memory_recursiveprot\n") ==
          Hierarchies{{true, {}, "/sys/fs/cgroup/system.slice/terrace-worker.service", false}});
}

TEST_CASE("v1 beside v2: each controller has its hierarchy, a named one has none") {
    CHECK(cgroup_hierarchies("9:name=systemd:/\n4:memory:/outer/a\n2:cpu,cpuacct:/\n0::/\n",
                             "30 31 0:30 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                             "35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n"
                             "40 31 0:37 / /cg/systemd rw - cgroup cgroup rw,name=systemd\n"
                             "41 31 0:38 / /cg/unified rw - cgroup2 cgroup2 rw\n") ==
          Hierarchies{{false, {"memory"}, "/cg/memory/outer/a", false},
                      {false, {"cpu", "cpuacct"}, "/cg/cpu,cpuacct", true},
                      {true, {}, "/cg/unified", true}});
}

TEST_CASE("a container that sees a part of the tree: the group is taken relative to that part") {
    constexpr const char* kMount = "9 8 0:2 /docker/1234 /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    CHECK(cgroup_hierarchies("0::/docker/1234\n", kMount) ==
          Hierarchies{{true, {}, "/sys/fs/cgroup", true}});
    CHECK(cgroup_hierarchies("0::/docker/1234/a:b\n", kMount) ==
          Hierarchies{{true, {}, "/sys/fs/cgroup/a:b", false}});
    CHECK(cgroup_hierarchies("0::/docker/12345\n", kMount).empty());
    CHECK(cgroup_hierarchies("0::/../other\n", "9 8 0:2 / /cg ro - cgroup2 cgroup rw\n").empty());
}

TEST_CASE("what is not mounted or not understood is left out") {
    CHECK(cgroup_hierarchies("4:memory:/\n0::/\n", "").empty());
    CHECK(cgroup_hierarchies("", "9 8 0:2 / /cg ro - cgroup2 cgroup rw\n").empty());
    CHECK(cgroup_hierarchies("nonsense\n:\n0:\n", "- - -\n cgroup2\n").empty());
}

}  // namespace
}  // namespace terrace::sandbox
