#include "worker/cpu/leaves_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "worker/cpu/cpu_facts.hpp"

namespace terrace::worker {
namespace {

using Registers = std::array<std::uint32_t, 4>;  // eax, ebx, ecx, edx
using Columns = std::map<std::string, std::size_t>;

constexpr std::size_t kRegisterDigits = 8;
constexpr std::uint32_t kOsxsave = 1U << 27;
constexpr std::uint64_t kAllState = 0xe7;  // x87, XMM, YMM, opmask, ZMM
constexpr std::uint32_t kAnyBasicLeaf = 0xffff;
constexpr std::uint32_t kAnyExtendedLeaf = 0x8000ffff;

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields;
    std::size_t begin = 0;
    for (std::size_t tab = line.find('\t'); tab != std::string::npos;
         tab = line.find('\t', begin)) {
        fields.push_back(line.substr(begin, tab - begin));
        begin = tab + 1;
    }
    fields.push_back(line.substr(begin));
    return fields;
}

std::optional<Registers> parse_registers(std::string_view text) {
    Registers registers{};
    if (text.empty()) return registers;
    if (text.size() != 4 * kRegisterDigits + 3) return std::nullopt;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        const char* begin = text.data() + i * (kRegisterDigits + 1);
        const char* end = begin + kRegisterDigits;
        if (std::from_chars(begin, end, registers[i], 16).ptr != end) return std::nullopt;
        if (i < 3 && *end != '-') return std::nullopt;
    }
    return registers;
}

/// Register eax of a leaf that tells the highest one; `unless_told` where the dump does not have
/// it.
std::optional<std::uint32_t> parse_highest(std::string_view text, std::uint32_t unless_told) {
    const auto registers = parse_registers(text);
    if (!registers) return std::nullopt;
    return text.empty() ? unless_told : (*registers)[0];
}

/// Empty for a column that the table or this row does not have.
std::string field(const std::vector<std::string>& fields,
                  const Columns& columns,
                  const char* name) {
    const auto found = columns.find(name);
    return found == columns.end() || found->second >= fields.size() ? "" : fields[found->second];
}

std::optional<LeavesRow> parse_row(const std::vector<std::string>& fields, const Columns& columns) {
    const auto leaf1 = parse_registers(field(fields, columns, "leaf1"));
    const auto leaf7 = parse_registers(field(fields, columns, "leaf7_0"));
    const auto ext1 = parse_registers(field(fields, columns, "leaf80000001"));
    const auto highest = parse_highest(field(fields, columns, "leaf0"), kAnyBasicLeaf);
    const auto highest_ext =
        parse_highest(field(fields, columns, "leaf80000000"), kAnyExtendedLeaf);
    if (!leaf1 || !leaf7 || !ext1 || !highest || !highest_ext) return std::nullopt;
    LeavesRow row;
    row.file = field(fields, columns, "file");
    row.level = field(fields, columns, "level");
    row.leaves.leaf1_ecx = (*leaf1)[2];
    row.leaves.leaf1_edx = (*leaf1)[3];
    if (has_leaf(*highest, 7)) {
        row.leaves.leaf7_ebx = (*leaf7)[1];
        row.leaves.leaf7_ecx = (*leaf7)[2];
    }
    if (has_leaf(*highest_ext, 0x80000001)) {
        row.leaves.ext1_ecx = (*ext1)[2];
        row.leaves.ext1_edx = (*ext1)[3];
    }
    row.leaves.xcr0 = (row.leaves.leaf1_ecx & kOsxsave) != 0 ? kAllState : 0;
    return row;
}

}  // namespace

Result<std::vector<LeavesRow>> read_leaves_table(std::istream& in) {
    Columns columns;
    std::vector<LeavesRow> rows;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty() || line.front() == '#') continue;
        const std::vector<std::string> fields = split(line);
        if (columns.empty()) {
            for (std::size_t i = 0; i < fields.size(); ++i) columns[fields[i]] = i;
            for (const char* name : {"leaf1", "leaf7_0", "leaf80000001"}) {
                if (!columns.contains(name)) {
                    return Error{
                        Errc::invalid_argument,
                        std::string("The table's first line names no column '") + name + "'."};
                }
            }
            continue;
        }
        const auto row = parse_row(fields, columns);
        if (!row) {
            return Error{Errc::invalid_argument,
                         "Line " + std::to_string(number) +
                             " has a leaf that is not four registers of eight hexadecimal digits."};
        }
        rows.push_back(*row);
    }
    if (columns.empty()) {
        return Error{Errc::invalid_argument,
                     "The table is empty: its first line must name columns such as 'leaf1'."};
    }
    return rows;
}

}  // namespace terrace::worker
