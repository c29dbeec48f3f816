#include "worker/app/fault_evidence.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "worker/audit/opcode.hpp"
#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesOfNameMax = 50;
constexpr int kDepthMax = 60;

using FilesByName = std::map<std::string, std::vector<fs::path>>;

/// Regular files below `directory` that have one of the names; links are not followed.
FilesByName files_named(const std::set<std::string>& names, const fs::path& directory) {
    FilesByName files;
    std::error_code error;
    fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied,
                                        error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code ignored;
        if (at.depth() > kDepthMax) at.disable_recursion_pending();
        const std::string name = at->path().filename().string();
        if (!names.contains(name) || !at->is_regular_file(ignored) || at->is_symlink(ignored))
            continue;
        std::vector<fs::path>& found = files[name];
        if (found.size() < kFilesOfNameMax) found.push_back(at->path());
    }
    return files;
}

std::optional<fs::path> build_root(const fs::path& base_directory, const std::string& unique_ext) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(base_directory, ignored)) {
        if (entry.path().filename().string().ends_with("-" + unique_ext) &&
            entry.is_directory(ignored))
            return entry.path() / "root";
    }
    return std::nullopt;
}

std::optional<audit::Opcode> opcode_at(const fs::path& file, const InvalidOpcode& seen) {
    const auto offset =
        seen.offset ? seen.offset
                    : audit::offset_of_code(file, seen.address - seen.map_start, seen.map_size);
    return offset ? audit::opcode_in_file(file, *offset) : std::nullopt;
}

Fault judge(const SeenOpcode& seen, const std::vector<fs::path>& files, const fs::path& root) {
    const Fault unknown{FaultKind::unknown, "opcode unknown: " + printable(seen.opcode.line, 200),
                        seen.in_check};
    Fault fault = unknown;
    std::optional<audit::Opcode> agreed;
    for (const fs::path& file : files) {
        const auto opcode = opcode_at(file, seen.opcode);
        if (!opcode) continue;
        if (agreed && *agreed != *opcode) return unknown;
        agreed = opcode;
        fault.what = opcode->text + " in " + printable(file.lexically_relative(root).string());
    }
    if (agreed) fault.kind = agreed->is_trap ? FaultKind::trap : FaultKind::instruction;
    return fault;
}

/// An instruction that is lacking outweighs one that could not be read, and that outweighs a trap.
int weight(const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::none: return 0;
        case FaultKind::trap: return 1;
        case FaultKind::unknown: return 2;
        case FaultKind::instruction: return fault.in_check ? 4 : 3;
    }
    return 0;
}

}  // namespace

Fault fault_of(const std::vector<SeenOpcode>& opcodes,
               const fs::path& base_directory,
               const std::string& unique_ext) {
    std::set<std::string> names;
    for (const SeenOpcode& seen : opcodes) {
        if (is_file_name(seen.opcode.file)) names.insert(seen.opcode.file);
    }
    const auto root = build_root(base_directory, unique_ext);
    FilesByName files;
    if (root && !names.empty()) {
        files = files_named(names, *root / "builddir");
        std::erase_if(names, [&](const std::string& name) { return files.contains(name); });
        if (!names.empty()) files.merge(files_named(names, *root));
    }
    Fault worst;
    for (const SeenOpcode& seen : opcodes) {
        const auto found = files.find(seen.opcode.file);
        if (found == files.end()) continue;
        const Fault fault = judge(seen, found->second, *root);
        if (weight(fault) > weight(worst)) worst = fault;
    }
    // A line without a file may be this build's or another's: it counts where no other does.
    if (worst.kind == FaultKind::none && !opcodes.empty())
        return judge(opcodes.back(), {}, base_directory);
    return worst;
}

}  // namespace terrace::worker
