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

struct FoundFile {
    fs::path path;
    fs::path tree;  ///< that it is in
};
using FilesByName = std::map<std::string, std::vector<FoundFile>>;

/// Adds the regular files below a directory of `tree` that have one of the names; links are not
/// followed.
void add_files_named(const std::set<std::string>& names,
                     const fs::path& tree,
                     const fs::path& directory,
                     FilesByName& files) {
    std::error_code error;
    fs::recursive_directory_iterator at(tree / directory,
                                        fs::directory_options::skip_permission_denied, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code ignored;
        if (at.depth() > kDepthMax) at.disable_recursion_pending();
        const std::string name = at->path().filename().string();
        if (!names.contains(name) || !at->is_regular_file(ignored) || at->is_symlink(ignored))
            continue;
        std::vector<FoundFile>& found = files[name];
        if (found.size() < kFilesOfNameMax) found.push_back({at->path(), tree});
    }
}

std::optional<audit::Opcode> opcode_at(const fs::path& file, const InvalidOpcode& seen) {
    const auto offset =
        seen.offset ? seen.offset
                    : audit::offset_of_code(file, seen.address - seen.map_start, seen.map_size);
    return offset ? audit::opcode_in_file(file, *offset) : std::nullopt;
}

Fault judge(const SeenOpcode& seen, const std::vector<FoundFile>& files) {
    const Fault unknown{FaultKind::unknown, "opcode unknown: " + printable(seen.opcode.line, 200),
                        seen.in_check};
    Fault fault = unknown;
    std::optional<audit::Opcode> agreed;
    for (const FoundFile& file : files) {
        const auto opcode = opcode_at(file.path, seen.opcode);
        if (!opcode) continue;
        if (agreed && *agreed != *opcode) return unknown;
        agreed = opcode;
        fault.what =
            opcode->text + " in " + printable(file.path.lexically_relative(file.tree).string());
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

Fault fault_of(const std::vector<SeenOpcode>& opcodes, const std::vector<fs::path>& trees) {
    std::set<std::string> names;
    for (const SeenOpcode& seen : opcodes) {
        if (is_file_name(seen.opcode.file)) names.insert(seen.opcode.file);
    }
    FilesByName files;
    for (const char* directory : {"builddir", ""}) {
        if (names.empty()) break;
        for (const fs::path& tree : trees) add_files_named(names, tree, directory, files);
        std::erase_if(names, [&](const std::string& name) { return files.contains(name); });
    }
    Fault worst;
    for (const SeenOpcode& seen : opcodes) {
        const auto found = files.find(seen.opcode.file);
        if (found == files.end()) continue;
        const Fault fault = judge(seen, found->second);
        if (weight(fault) > weight(worst)) worst = fault;
    }
    // A line without a file may be this build's or another's: it counts where no other does.
    if (worst.kind == FaultKind::none && !opcodes.empty()) return judge(opcodes.back(), {});
    return worst;
}

}  // namespace terrace::worker
