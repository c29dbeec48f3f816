#include "worker/audit/opcode.hpp"

#include <Zydis/Zydis.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "common/os/unique_fd.hpp"

namespace terrace::audit {
namespace {

constexpr std::size_t kInstructionBytesMax = ZYDIS_MAX_INSTRUCTION_LENGTH;
constexpr int kSegmentsMax = 1000;
constexpr std::uint64_t kPageBytes = 4096;

std::string in_hex(Bytes code) {
    return fmt::format("{:02x}", fmt::join(code.first(std::min<std::size_t>(code.size(), 8)), " "));
}

/// A regular ELF file, open for reading; none if `path` is anything else.
os::UniqueFd open_elf(const std::filesystem::path& path) {
    // Never wait for the writer of a FIFO that a build left behind.
    os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    std::array<char, SELFMAG> magic{};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        ::pread(fd.get(), magic.data(), magic.size(), 0) != SELFMAG ||
        std::memcmp(magic.data(), ELFMAG, SELFMAG) != 0)
        return {};
    return fd;
}

}  // namespace

Opcode decode_opcode(Bytes code) {
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecodedInstruction instruction;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, nullptr, code.data(), code.size(),
                                                    &instruction)))
        return {false, "no known instruction: " + in_hex(code)};
    const char* mnemonic = ZydisMnemonicGetString(instruction.mnemonic);
    const char* set = ZydisISASetGetString(instruction.meta.isa_set);
    const bool is_trap = instruction.mnemonic == ZYDIS_MNEMONIC_UD0 ||
                         instruction.mnemonic == ZYDIS_MNEMONIC_UD1 ||
                         instruction.mnemonic == ZYDIS_MNEMONIC_UD2;
    return {is_trap, fmt::format("{} ({})", mnemonic != nullptr ? mnemonic : "?",
                                 set != nullptr ? set : "?")};
}

std::optional<Opcode> opcode_in_file(const std::filesystem::path& path, std::uint64_t offset) {
    const os::UniqueFd fd = open_elf(path);
    if (!fd) return std::nullopt;
    std::array<std::uint8_t, kInstructionBytesMax> code{};
    const ssize_t count = ::pread(fd.get(), code.data(), code.size(), static_cast<off_t>(offset));
    if (count <= 0) return std::nullopt;
    return decode_opcode(Bytes(code).first(static_cast<std::size_t>(count)));
}

std::optional<std::uint64_t> offset_of_code(const std::filesystem::path& path,
                                            std::uint64_t distance,
                                            std::uint64_t map_size) {
    const os::UniqueFd fd = open_elf(path);
    Elf64_Ehdr header{};
    if (!fd || ::pread(fd.get(), &header, sizeof header, 0) != sizeof header ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phnum > kSegmentsMax)
        return std::nullopt;
    std::vector<Elf64_Phdr> segments(header.e_phnum);
    const auto bytes = static_cast<ssize_t>(segments.size() * sizeof(Elf64_Phdr));
    if (::pread(fd.get(), segments.data(), static_cast<std::size_t>(bytes),
                static_cast<off_t>(header.e_phoff)) != bytes)
        return std::nullopt;
    std::optional<std::uint64_t> found;
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
        const std::uint64_t begin = segment.p_offset / kPageBytes * kPageBytes;
        const std::uint64_t size = segment.p_offset - begin + segment.p_filesz;
        if ((size + kPageBytes - 1) / kPageBytes * kPageBytes != map_size) continue;
        if (found) return std::nullopt;
        found = begin + distance;
    }
    return found;
}

}  // namespace terrace::audit
