// Lines of real kernels.
#include "worker/core/kernel_lines.hpp"

#include <doctest/doctest.h>

namespace terrace::worker {
namespace {

TEST_CASE("an invalid opcode is placed in its file") {
    const auto found = invalid_opcode_of(  // Linux 6.18
        "traps: a[3394] trap invalid opcode ip:55edb0fad13c sp:7ffe74f2f960 error:0 in "
        "a[113c,55edb0fad000+1000]");
    REQUIRE(found);
    CHECK(found->pid == 3394);
    CHECK(found->file == "a");
    CHECK(found->address == 0x55edb0fad13c);
    CHECK(found->map_start == 0x55edb0fad000);
    CHECK(found->map_size == 0x1000);
    CHECK(found->offset == 0x113c);
}

TEST_CASE("older kernels do not tell the offset, and names may look like anything") {
    const auto old = invalid_opcode_of(
        "traps: test [x] in[77] trap invalid opcode ip:7f3a5c0411b2 sp:7ffc1f0 error:0 in "
        "libm[1].so.6[7f3a5c00e000+93000]");
    REQUIRE(old);
    CHECK(old->pid == 77);
    CHECK(old->file == "libm[1].so.6");
    CHECK(old->map_start == 0x7f3a5c00e000);
    CHECK_FALSE(old->offset);
    const auto anonymous =
        invalid_opcode_of("traps: jit[78] trap invalid opcode ip:7f3a5c0411b2 sp:7ffc error:0");
    REQUIRE(anonymous);
    CHECK(anonymous->file.empty());
}

TEST_CASE("other lines of the kernel are none") {
    for (const char* line :
         {"a[3394]: segfault at 0 ip 0000 sp 0000 error 4 in a[400000+1000]",
          "traps: a[1] general protection fault ip:401136 sp:7ffd error:0 in a[401000+1000]",
          "traps: a[1] trap divide error ip:401136 sp:7ffd error:0 in a[401000+1000]",
          "traps: a trap invalid opcode ip:", "traps: a[1] trap invalid opcode ip:zz",
          "forged: traps: a[1] trap invalid opcode ip:1 in a[1,1+1]", ""}) {
        CAPTURE(line);
        CHECK_FALSE(invalid_opcode_of(line));
    }
}

TEST_CASE("a kill for want of memory is the building user's") {
    constexpr const char* kLine =
        "Memory cgroup out of memory: Killed process 4203 (perl) total-vm:2112132kB, "
        "anon-rss:715132kB, file-rss:4864kB, shmem-rss:0kB, UID:65534 pgtables:1472kB "
        "oom_score_adj:0";
    CHECK(is_out_of_memory_kill(kLine, 65534));
    CHECK_FALSE(is_out_of_memory_kill(kLine, 1000));
    CHECK(is_out_of_memory_kill("Out of memory: Killed process 7 (cc1plus) total-vm:1kB", 1000));
    CHECK_FALSE(is_out_of_memory_kill("oom_reaper: reaped process 4203 (perl)", 65534));
}

}  // namespace
}  // namespace terrace::worker
