#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/level.hpp"

namespace terrace {

enum class AuditFindingKind {
    instruction,  ///< asks more of the CPU than the level gives, and no dispatch is seen
    property,     ///< .note.gnu.property asks for more than the level
    note,         ///< worth knowing, and no reason against anything
};
BOOST_DESCRIBE_ENUM(AuditFindingKind, instruction, property, note)

/// One place in one object. An instruction counts once a function: the first of the highest level.
struct AuditFinding {
    AuditFindingKind kind = AuditFindingKind::note;
    std::string file;      ///< "/usr/lib64/libx.so.1", "/usr/lib64/libx.a(member.o)"
    std::string build_id;  ///< of the object, hexadecimal; empty where it has none
    std::string function;  ///< "function at 0x1234" or the section where no symbol names it
    std::int64_t address =
        0;  ///< where objdump -d shows it; in a relocatable object, of its section
    std::string instruction;  ///< mnemonic
    std::string needs;        ///< "x86_64_v3", or an extension that no level includes: "AES"
    std::string text;         ///< of a note: what is to be known
    std::string exception;    ///< the reviewed reason why it is no leak; empty: it is one
    friend bool operator==(const AuditFinding&, const AuditFinding&) = default;
};
BOOST_DESCRIBE_STRUCT(
    AuditFinding,
    (),
    (kind, file, build_id, function, address, instruction, needs, text, exception))

/// One ELF object of a package. "Dispatched" code runs only where the CPU was asked first
/// (docs/audit.md).
struct AuditedObject {
    std::string package;
    std::string file;
    Digest identity;                       ///< of its normalised code and constants
    Level level_used = Level::none;        ///< highest of what is not dispatched; none: no code
    Level level_dispatched = Level::none;  ///< highest of what is
    std::int64_t functions = 0;
    std::int64_t functions_dispatched = 0;
    friend bool operator==(const AuditedObject&, const AuditedObject&) = default;
};
BOOST_DESCRIBE_STRUCT(
    AuditedObject,
    (),
    (package, file, identity, level_used, level_dispatched, functions, functions_dispatched))

/// One aspect of what a package is to others, apart from its level.
struct PackageFacet {
    std::string name;                ///< "provides", "requires", "sonames", "symbols", "files", ...
    std::int64_t digest = 0;         ///< of all items: 64 bits of a SHA-256
    std::vector<std::string> items;  ///< sorted; empty where they are too many to be kept
    bool complete = true;            ///< false: `items` were left out
    friend bool operator==(const PackageFacet&, const PackageFacet&) = default;
};
BOOST_DESCRIBE_STRUCT(PackageFacet, (), (name, digest, items, complete))

struct PackageInterface {
    std::string package;  ///< name of the binary package
    std::vector<PackageFacet> facets;
    friend bool operator==(const PackageInterface&, const PackageInterface&) = default;
};
BOOST_DESCRIBE_STRUCT(PackageInterface, (), (package, facets))

/// What the audit found in the RPMs of one build.
struct AuditReport {
    Digest code_identity;                ///< of all normalised code; equal code gives equal digests
    Level level_used = Level::none;      ///< the highest level of any instruction found
    std::vector<AuditFinding> findings;  ///< leaks before notes
    std::int64_t findings_left_off = 0;  ///< how many leaks were too many to list
    std::vector<AuditedObject> objects;  ///< the first thousands
    std::vector<PackageInterface> interfaces;
    std::int64_t installed_bytes = 0;  ///< of all packages but debug ones, as their headers say
    friend bool operator==(const AuditReport&, const AuditReport&) = default;
};
BOOST_DESCRIBE_STRUCT(
    AuditReport,
    (),
    (code_identity, level_used, findings, findings_left_off, objects, interfaces, installed_bytes))

/// One reviewed line of the exceptions file. Patterns know `*` only.
struct AuditException {
    std::string object;      ///< pattern for the path or its last part
    std::string function;    ///< pattern; empty: any
    std::string build_id;    ///< of the one object that a range is about
    std::int64_t begin = 0;  ///< with `end`: only addresses from here ...
    std::int64_t end = 0;    ///< ... to before here; 0: anywhere
    std::string reason;
    friend bool operator==(const AuditException&, const AuditException&) = default;
};
BOOST_DESCRIBE_STRUCT(AuditException, (), (object, function, build_id, begin, end, reason))

/// "/usr/lib64/libx.so.1: sum: vpaddd at 0x1234 needs x86_64_v3"
std::string to_text(const AuditFinding& finding);

/// Writes the reason of the first exception that covers it into each finding that is no note.
void apply_exceptions(const std::vector<AuditException>& exceptions, AuditReport& report);

/// Those that stand: no notes, and no exception covers them.
std::vector<AuditFinding> leaks_of(const AuditReport& report);

/// True if `text` is `pattern`, in which each `*` stands for any text.
bool matches_pattern(const std::string& pattern, const std::string& text);

}  // namespace terrace
