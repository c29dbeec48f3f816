#include "scheduler/publish/served_tree.hpp"

#include <charconv>
#include <functional>
#include <set>
#include <system_error>

#include "common/os/files.hpp"
#include "common/vocab/check.hpp"
#include "common/vocab/digest.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/incoming_directory.hpp"
#include "scheduler/publish/link_file.hpp"

namespace terrace::publish {
namespace {

namespace fs = std::filesystem;

fs::path served_path(const fs::path& release_directory, const std::string& stream) {
    return release_directory / "served" / stream;
}

/// Whether no other compose of the release has other content under that name: packages have their
/// NEVRA's, metadata begins with its digest.
bool is_named_for_good(const fs::path& relative) {
    for (const fs::path& part : relative.parent_path()) {
        if (part == "Packages") return true;
    }
    const std::string name = relative.filename();
    constexpr std::size_t kHexDigits = 64;
    return relative.parent_path().filename() == "repodata" && name.size() > kHexDigits &&
           Digest::parse(name.substr(0, kHexDigits));
}

void link_tree(const fs::path& from, const fs::path& to, bool late, const Steps& steps) {
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        const fs::path relative = entry.path().lexically_relative(from);
        if (entry.is_directory()) {
            if (!late) fs::create_directories(to / relative);
            continue;
        }
        if (late && (!is_named_for_good(relative) || fs::exists(to / relative))) continue;
        if (late) fs::create_directories((to / relative).parent_path());
        steps.next("link a served file");
        link_file(entry.path(), to / relative);
    }
}

}  // namespace

void make_served_tree(const fs::path& release_directory,
                      const ServedTree& tree,
                      const Steps& steps) {
    const fs::path target =
        served_path(release_directory, tree.stream) / std::to_string(tree.number.value);
    if (fs::exists(target)) return;
    IncomingDirectory incoming(target);
    link_tree(compose_path(release_directory, tree.compose), incoming.path(), false, steps);
    for (const ComposeId compose : tree.late) {
        const fs::path late = compose_path(release_directory, compose);
        if (fs::exists(late)) link_tree(late, incoming.path(), true, steps);
    }
    incoming.publish(steps);
}

void move_stream(const fs::path& release_directory,
                 const std::string& stream,
                 StreamMoveId number,
                 const Steps& steps) {
    const fs::path directory = release_directory / "streams";
    const fs::path temporary = directory / ("." + stream + ".incoming");
    fs::create_directories(directory);
    fs::remove(temporary);  // a crash left it
    steps.next("make the stream's new link");
    fs::create_symlink("../served/" + stream + "/" + std::to_string(number.value), temporary);
    steps.next("move the stream");
    fs::rename(temporary, directory / stream);
    steps.next("sync the streams");
    os::sync_directory(directory);
}

bool is_shown(const fs::path& release_directory, const std::string& stream, StreamMoveId number) {
    const fs::path link = release_directory / "streams" / stream;
    if (!fs::is_symlink(link)) return false;
    if (fs::read_symlink(link).filename() != std::to_string(number.value)) return false;
    os::sync_directory(link.parent_path());
    return true;
}

void remove_old_served_trees(const fs::path& release_directory,
                             const std::string& stream,
                             std::size_t kept,
                             const Steps& steps) {
    TERRACE_CHECK(kept > 0);
    const fs::path directory = served_path(release_directory, stream);
    if (!fs::exists(directory)) return;
    const fs::path shown = fs::read_symlink(release_directory / "streams" / stream).filename();
    std::set<std::int64_t, std::greater<>> numbers;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const std::string name = entry.path().filename();
        std::int64_t number = 0;
        const char* end = name.data() + name.size();
        if (std::from_chars(name.data(), end, number).ptr == end) numbers.insert(number);
    }
    std::size_t seen = 0;
    for (const std::int64_t number : numbers) {
        const std::string name = std::to_string(number);
        if (++seen <= kept || name == shown) continue;
        // Renamed first, so that a crash leaves no half of a tree under its name.
        fs::path gone = directory / name;
        gone += ".incoming";
        steps.next("take a served tree away");
        fs::rename(directory / name, gone);
        steps.next("remove a served tree");
        fs::remove_all(gone);
    }
}

}  // namespace terrace::publish
