#include <doctest/doctest.h>

#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/object_audit.hpp"

namespace terrace::audit {

namespace {

constexpr std::size_t kFindingsMax = 50;

ObjectAudit audited(Bytes content) {
    Decoder decoder;
    ObjectOptions options;
    options.file = "object";
    options.findings_max = kFindingsMax;
    return audit_object(decoder, content, options);
}

/// All else that is read of objects; damage is an error that says so.
void read_symbols(Bytes content) {
    if (!is_elf(content)) return;
    try {
        exported_symbols(content);
        soname_of(content);
        read_debug_symbols(content);
    } catch (const ElfError& error) {
        CHECK_FALSE(std::string(error.what()).empty());
    }
}

/// Small, fixed and good enough to choose bytes: a failure repeats itself on every host.
class Dice {
public:
    std::size_t below(std::size_t limit) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::size_t>((state_ >> 33) % limit);
    }

private:
    std::uint64_t state_ = 1;
};

void damage_and_audit(const std::vector<std::uint8_t>& whole, std::size_t area, int rounds) {
    Dice dice;
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        std::vector<std::uint8_t> damaged = whole;
        for (std::size_t flips = 1 + dice.below(8); flips > 0; --flips) {
            damaged[damaged.size() - 1 - dice.below(area)] ^=
                static_cast<std::uint8_t>(1u << dice.below(8));
            damaged[dice.below(area)] ^= static_cast<std::uint8_t>(1u << dice.below(8));
        }
        const ObjectAudit audit = audited(damaged);
        CHECK_NOTHROW(read_symbols(damaged));
        CHECK(audit.identity.hex.size() == 64);
        CHECK(audit.leaks.size() <= kFindingsMax);
    }
}

}  // namespace

TEST_CASE("a damaged object never ends the audit") {
    test::Workshop workshop;
    const auto whole =
        test::bytes_of(workshop.library("toy", test::kSumSource, {"-O3", "-march=x86-64-v3"}));
    damage_and_audit(whole, whole.size(), 500);
    damage_and_audit(whole, 2048, 500);  // the headers: that is where damage hurts
}

TEST_CASE("a damaged static library never ends the audit") {
    test::Workshop workshop;
    workshop.compile("toy.o", test::kSumSource, {"-c"});
    workshop.run({"ar", "rcs", "libtoy.a", "toy.o"});
    const auto whole = test::bytes_of(workshop.path() / "libtoy.a");
    damage_and_audit(whole, whole.size(), 300);
    damage_and_audit(whole, 200, 300);
}

TEST_CASE("an object that is cut off is a note, and its bytes are its identity") {
    test::Workshop workshop;
    auto content = test::bytes_of(workshop.library("toy", test::kSumSource, {}));
    for (const std::size_t size :
         {content.size() / 2, std::size_t{100}, std::size_t{64}, std::size_t{5}}) {
        CAPTURE(size);
        content.resize(size);
        const ObjectAudit audit = audited(content);
        REQUIRE(audit.notes.size() == 1);
        const std::string& note = audit.notes[0].text;
        CHECK((note.starts_with("not audited: ") || note.starts_with("it has no section headers")));
        auto other = content;
        other.back() ^= 1;
        CHECK(audited(other).identity != audit.identity);
    }
}

}  // namespace terrace::audit
