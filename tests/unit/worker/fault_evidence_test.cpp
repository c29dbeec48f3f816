#include "worker/app/fault_evidence.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

const std::string kUd2 = "\x0f\x0b";
const std::string kTileZero = "\xc4\xe2\x7b\x49\xc0";
constexpr std::uint64_t kOffset = 16;

/// A build root with files that have one instruction each.
struct Root {
    os::TemporaryDirectory base;
    void add(const std::string& path, const std::string& instruction) const {
        const auto file = base.path() / "mini-1-slot-0/root" / path;
        std::filesystem::create_directories(file.parent_path());
        std::string content = "\177ELF";
        content.resize(kOffset, '\0');
        os::write_file_atomically(file, content + instruction);
    }
    Fault fault(const std::vector<SeenOpcode>& seen) const {
        return fault_of(seen, {base.path() / "missing", base.path() / "mini-1-slot-0/root"});
    }
};

SeenOpcode seen_in(const std::string& file, bool in_check = false) {
    SeenOpcode seen;
    seen.opcode.file = file;
    seen.opcode.offset = kOffset;
    seen.opcode.line = "traps: " + file;
    seen.in_check = in_check;
    return seen;
}

TEST_CASE("the instruction is read from the file that the kernel named") {
    const Root root;
    root.add("builddir/build/BUILD/a/dies", kTileZero);
    root.add("builddir/build/BUILD/a/traps", kUd2);
    CHECK(
        root.fault({seen_in("dies", true)}) ==
        Fault{FaultKind::instruction, "tilezero (AMX_TILE) in builddir/build/BUILD/a/dies", true});
    CHECK(root.fault({seen_in("traps")}).kind == FaultKind::trap);
    CHECK(root.fault({seen_in("dies"), seen_in("traps")}).kind == FaultKind::instruction);
    CHECK(root.fault({}).kind == FaultKind::none);
}

TEST_CASE("what was built comes before what is installed") {
    const Root root;
    root.add("usr/bin/tool", kUd2);
    CHECK(root.fault({seen_in("tool")}).what == "ud2 (PPRO) in usr/bin/tool");
    root.add("builddir/build/BUILD/a/tool", kTileZero);
    CHECK(root.fault({seen_in("tool")}).kind == FaultKind::instruction);
}

TEST_CASE("files that disagree, and files that are gone, leave the opcode unknown") {
    const Root root;
    root.add("builddir/x/dies", kTileZero);
    root.add("builddir/x/.libs/dies", kUd2);
    CHECK(root.fault({seen_in("dies")}) ==
          Fault{FaultKind::unknown, "opcode unknown: traps: dies", false});
    CHECK(root.fault({seen_in("conftest")}).kind == FaultKind::unknown);
    CHECK(root.fault({seen_in("../../../escape")}).kind == FaultKind::unknown);
    // That of another build does not hide ours.
    root.add("builddir/x/traps", kUd2);
    CHECK(root.fault({seen_in("traps"), seen_in("elsewhere")}).kind == FaultKind::trap);
    CHECK(fault_of({seen_in("dies")}, {}).kind == FaultKind::unknown);
}

}  // namespace
}  // namespace terrace::worker
