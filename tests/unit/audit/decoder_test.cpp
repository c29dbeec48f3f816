#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/decoder.hpp"
#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

namespace {

bool is_same(const Decoded& a, const Decoded& b) {
    const bool same_extension = a.need.extension == b.need.extension ||
                                (a.need.extension != nullptr && b.need.extension != nullptr &&
                                 std::strcmp(a.need.extension, b.need.extension) == 0);
    return same_extension && a.need.level == b.need.level && a.need.is_system == b.need.is_system &&
           a.mnemonic == b.mnemonic && a.length == b.length && a.displacement == b.displacement &&
           a.branch == b.branch && a.is_call == b.is_call && a.is_address == b.is_address &&
           a.ends_flow == b.ends_flow && a.is_padding == b.is_padding;
}

/// At each offset that code leads to, or at every one.
void check_same_as_zydis(Decoder& decoder, Bytes code, bool every_offset) {
    std::size_t different = 0;
    for (std::size_t offset = 0; offset < code.size();) {
        const Decoded* known = decoder.decode(code, offset);
        const std::optional<Decoded> alone = decode_alone(code, offset);
        const bool is_right = (known != nullptr) == alone.has_value() &&
                              (known == nullptr || is_same(*known, *alone));
        if (!is_right) {
            ++different;
            CAPTURE(offset);
            CHECK(is_right);
            if (different > 10) return;
        }
        offset += every_offset || known == nullptr ? 1 : known->length;
    }
    CHECK(different == 0);
}

std::vector<std::uint8_t> noise(std::size_t bytes) {
    std::vector<std::uint8_t> code(bytes);
    std::uint64_t state = 7;
    for (std::uint8_t& byte : code) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        byte = static_cast<std::uint8_t>(state >> 33);
    }
    return code;
}

}  // namespace

TEST_CASE("what the decoder remembers is what Zydis says, on this host's C library") {
    for (const char* path : {"/usr/lib64/libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6"}) {
        if (!std::filesystem::exists(path)) continue;
        const std::vector<std::uint8_t> content = test::bytes_of(path);
        const ElfImage image = read_elf(content);
        Decoder decoder;
        for (const Section& section : image.code) {
            check_same_as_zydis(decoder, section.bytes.subspan(0, section.bytes.size() / 4), false);
        }
    }
}

TEST_CASE("what the decoder remembers is what Zydis says, whatever the bytes") {
    const std::vector<std::uint8_t> code = noise(60'000);
    Decoder decoder;
    check_same_as_zydis(decoder, code, true);
    check_same_as_zydis(decoder, code, true);  // now that it knows them all
    Decoder small(3);
    check_same_as_zydis(small, code, true);
}

TEST_CASE("an instruction that ends behind the code is none") {
    Decoder decoder;
    const std::vector<std::uint8_t> whole = {0xe8, 1, 2, 3, 4};
    CHECK(decoder.decode(whole, 0)->length == 5);
    CHECK(decoder.decode(Bytes(whole).first(4), 0) == nullptr);
    CHECK(decoder.decode(whole, 5) == nullptr);
    CHECK(decoder.decode({}, 0) == nullptr);
}

}  // namespace terrace::audit
