#include "worker/app/state_directory.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "common/os/files.hpp"
#include "common/runtime/log.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/mock_runner.hpp"
#include "worker/sandbox/mounts.hpp"
#include "worker/sandbox/slot_processes.hpp"
#include "worker/sandbox/slot_user.hpp"

namespace terrace::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUniqueExtFile = "unique_ext";

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Makes a directory that every user may enter, whatever the umask: mock works in it as its own
/// user.
void make_directory(const fs::path& path, mode_t mode = 0755) {
    fs::create_directories(path);
    if (::chmod(path.c_str(), mode) != 0) fail("cannot change " + path.string());
}

void give_away(const fs::path& path, uid_t uid, int gid) {
    if (gid < 0) return;
    if (::chown(path.c_str(), uid, static_cast<gid_t>(gid)) != 0)
        fail("cannot give away " + path.string());
}

/// As mock's package does for /var/lib/mock: the group that may call mock owns the directory.
void make_mock_directory(const fs::path& path) {
    const group* mock = sandbox::is_root() ? ::getgrnam("mock") : nullptr;
    fs::create_directories(path);
    if (mock != nullptr && ::chown(path.c_str(), static_cast<uid_t>(-1), mock->gr_gid) != 0) {
        fail("cannot give away " + path.string());
    }
    make_directory(path, mock != nullptr ? 02775 : 0755);
}

}  // namespace

StateDirectory::StateDirectory(const fs::path& state,
                               const MockSettings& settings,
                               std::vector<sandbox::SlotUser> users)
    : state_(state), settings_(settings), users_(std::move(users)) {
    make_directory(state_);
    const fs::path lock = state_ / "lock";
    lock_ = os::UniqueFd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock_) fail("cannot open " + lock.string());
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) fail("cannot lock " + lock.string());
        throw std::runtime_error("Another worker uses " + state_.string() +
                                 ": give each its own 'state'.");
    }
    make_directory(state_ / "attempts", 0711);
    make_mock_directory(settings_.base_directory);
    make_mock_directory(settings_.cache_directory);
}

void StateDirectory::remove_leftovers() {
    const auto marks = marks_of_worker(state_, users_, settings_.base_directory);
    const sandbox::KilledProcesses ended = sandbox::kill_processes(marks);
    if (ended.killed > 0) runtime::log_warn("leftover_processes_killed", {{"count", ended.killed}});
    if (!ended.left.empty()) {
        throw std::runtime_error("Process " + std::to_string(ended.left.front()) +
                                 ", which an earlier life of this worker has left, does not end: "
                                 "look at it, or restart this host.");
    }
    // Not all of the state: an operator may have mounted a file system for mock's cache.
    for (const fs::path& directory : {state_ / "attempts", settings_.base_directory}) {
        if (const auto left = sandbox::unmount_below(directory); !left.empty())
            throw std::runtime_error(left.front() + " cannot be unmounted.");
    }
    for (const auto& entry : fs::directory_iterator(state_ / "attempts"))
        remove_leftover(entry.path());
    if (!sandbox::is_root()) return;  // then only mock, which has a way to be root, can remove one
    for (const auto& entry : fs::directory_iterator(settings_.base_directory)) {
        if (!entry.is_directory() || entry.is_symlink()) continue;
        runtime::log_info("leftover_build_root_removed",
                          {{"root", entry.path().filename().string()}});
        sandbox::remove_tree(entry.path());
    }
}

void StateDirectory::remove_leftover(const fs::path& directory) {
    runtime::log_info("leftover_attempt_removed", {{"attempt", directory.filename().string()}});
    if (fs::exists(directory / kUniqueExtFile) && fs::exists(directory / "attempt.cfg")) {
        const std::string unique_ext(trimmed(os::read_file(directory / kUniqueExtFile)));
        // Any of them will do: mock cleans up as root, and only wants to know a user.
        const sandbox::SlotUser user = users_.empty() ? sandbox::SlotUser{} : users_.front();
        for (const char* ending : {"", "-a", "-b"}) {
            const AttemptPaths paths = paths_of(directory, unique_ext + ending);
            if (!has_build_root(paths.unique_ext)) continue;
            run_clean_up(clean_up_commands(settings_, paths),
                         mock_environment({unique_ext, user, state_}));
        }
    }
    sandbox::remove_tree(directory);
}

bool StateDirectory::has_build_root(const std::string& unique_ext) const {
    const auto roots = build_roots_of(unique_ext, settings_.base_directory);
    return std::ranges::any_of(roots, [&](const fs::path& root) {
        return root.filename().string().ends_with("-" + unique_ext);
    });
}

fs::path StateDirectory::make_attempt(AttemptId attempt, const Slot& slot) {
    free_slot(slot);
    const fs::path directory = attempt_path(attempt);
    sandbox::remove_tree(directory);
    // The directory stays ours, so that nothing in it can be replaced by a link; the slot's user
    // may come through it, and the results in it are that user's alone.
    make_directory(directory, slot.user.uid >= 0 ? 0710 : 0700);
    give_away(directory, static_cast<uid_t>(-1), slot.user.gid);
    os::write_file_atomically(directory / kUniqueExtFile, slot.unique_ext + "\n");
    make_results(paths_of(directory, slot.unique_ext).results, slot);
    return directory;
}

void StateDirectory::make_results(const fs::path& directory, const Slot& slot) {
    make_directory(directory, 0700);
    if (slot.user.uid >= 0) give_away(directory, static_cast<uid_t>(slot.user.uid), slot.user.gid);
}

void StateDirectory::free_slot(const Slot& slot) {
    const auto ended = sandbox::kill_processes(marks_of_slot(slot, settings_.base_directory));
    if (!ended.left.empty()) {
        throw std::runtime_error("The slot " + slot.unique_ext + " is not free: process " +
                                 std::to_string(ended.left.front()) + " does not end.");
    }
    if (!sandbox::is_root())
        return;  // mock has cleaned up, and does it again before the next build
    for (const fs::path& root : build_roots_of(slot.unique_ext, settings_.base_directory))
        sandbox::remove_tree(root);
}

void StateDirectory::remove_attempt(AttemptId attempt) {
    sandbox::remove_tree(attempt_path(attempt));
}

AttemptPaths StateDirectory::paths_of(const fs::path& directory, const std::string& unique_ext) {
    return {
        directory / "attempt.cfg", directory / "results", {}, unique_ext, directory / "rebuilt"};
}

fs::path StateDirectory::attempt_path(AttemptId attempt) const {
    return state_ / "attempts" / std::to_string(attempt.value);
}

}  // namespace terrace::worker
