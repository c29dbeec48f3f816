#include "worker/audit/opcode.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/os/files.hpp"

namespace terrace::audit {
namespace {

std::filesystem::path this_program() {
    return std::filesystem::read_symlink("/proc/self/exe");
}

std::uint64_t from_hex(const std::string& text) {
    return std::stoull(text, nullptr, 16);
}

/// What the kernel has mapped of this program's code: start, size, offset in the file.
struct Mapping {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
};

Mapping code_of_this_program() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::string range;
        std::string rights;
        std::string offset;
        fields >> range >> rights >> offset;
        if (rights != "r-xp" || !line.ends_with(this_program().string())) continue;
        const std::size_t dash = range.find('-');
        const std::uint64_t start = from_hex(range.substr(0, dash));
        return {start, from_hex(range.substr(dash + 1)) - start, from_hex(offset)};
    }
    return {};
}

}  // namespace

TEST_CASE("a trap is told from an instruction that a CPU may lack") {
    struct Row {
        std::vector<std::uint8_t> code;
        bool is_trap;
        const char* text;
    };
    for (const Row& row : {
             Row{{0x0f, 0x0b}, true, "ud2"},
             Row{{0x0f, 0xb9, 0xc0}, true, "ud1"},
             Row{{0x67, 0x0f, 0xb9, 0x40, 0x06}, true, "ud1"},  // of clang's sanitizers
             Row{{0x0f, 0xff, 0xc0}, true, "ud0"},
             Row{{0xc4, 0xe2, 0x7b, 0x49, 0xc0}, false, "tilezero (AMX_TILE)"},
             Row{{0x62, 0xf1, 0x7d, 0x48, 0xef, 0xc0}, false, "vpxord (AVX512F_512)"},
             Row{{0x06, 0x90}, false, "no known instruction: 06 90"},
         }) {
        const Opcode opcode = decode_opcode(row.code);
        CAPTURE(opcode.text);
        CHECK(opcode.is_trap == row.is_trap);
        CHECK(opcode.text.starts_with(row.text));
    }
}

TEST_CASE("an offset of this program's code is found from its mapping, as old kernels tell it") {
    const Mapping code = code_of_this_program();
    REQUIRE(code.size > 0);
    const auto here = reinterpret_cast<std::uint64_t>(&decode_opcode);
    REQUIRE(here - code.start < code.size);
    const auto offset = offset_of_code(this_program(), here - code.start, code.size);
    REQUIRE(offset);
    CHECK(*offset == here - code.start + code.offset);
    const auto in_file = opcode_in_file(this_program(), *offset);
    const std::vector<std::uint8_t> in_memory(reinterpret_cast<const std::uint8_t*>(here),
                                              reinterpret_cast<const std::uint8_t*>(here) + 15);
    CHECK(in_file == decode_opcode(in_memory));
    CHECK_FALSE(offset_of_code(this_program(), 0, code.size + 4096));
}

TEST_CASE("what is no ELF file has no opcodes") {
    const os::TemporaryDirectory directory;
    const auto script = directory.path() / "script";
    os::write_file_atomically(script, "#!/bin/sh\n");
    std::filesystem::create_symlink(this_program(), directory.path() / "link");
    REQUIRE(::mkfifo((directory.path() / "fifo").c_str(), 0600) == 0);
    for (const char* name : {"script", "link", "fifo", "absent", "."}) {
        CAPTURE(name);
        CHECK_FALSE(opcode_in_file(directory.path() / name, 0));
        CHECK_FALSE(offset_of_code(directory.path() / name, 0, 4096));
    }
    CHECK_FALSE(opcode_in_file(this_program(), std::uint64_t{1} << 40));
    os::write_file_atomically(script, "\177ELF");
    CHECK_FALSE(offset_of_code(script, 0, 4096));
}

}  // namespace terrace::audit
