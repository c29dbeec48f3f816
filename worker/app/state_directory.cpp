#include "worker/app/state_directory.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "common/os/files.hpp"
#include "common/runtime/log.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/mock_runner.hpp"

namespace terrace::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUniqueExtFile = "unique_ext";
constexpr std::array kBuildRoots = {"", "-a", "-b"};  // of a build; the twins of a comparison

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Makes a directory that every user may enter, whatever the umask: mock works in it as its own
/// user.
void make_directory(const fs::path& path, mode_t mode = 0755) {
    fs::create_directories(path);
    if (::chmod(path.c_str(), mode) != 0) fail("cannot change " + path.string());
}

/// As mock's package does for /var/lib/mock: the group that may call mock owns the directory.
void make_mock_directory(const fs::path& path) {
    const bool root = ::geteuid() == 0;
    const group* mock = root ? ::getgrnam("mock") : nullptr;
    fs::create_directories(path);
    if (mock != nullptr && ::chown(path.c_str(), static_cast<uid_t>(-1), mock->gr_gid) != 0) {
        fail("cannot give away " + path.string());
    }
    make_directory(path, mock != nullptr ? 02775 : 0755);
}

/// mock calls a build root after its configuration and the extension.
bool has_build_root(const MockSettings& settings, const std::string& unique_ext) {
    const fs::directory_iterator roots(settings.base_directory);
    return std::any_of(begin(roots), end(roots), [&](const fs::directory_entry& root) {
        return root.is_directory() && root.path().filename().string().ends_with("-" + unique_ext);
    });
}

}  // namespace

StateDirectory::StateDirectory(const MockUser& user, const MockSettings& settings)
    : user_(user), settings_(settings) {
    make_directory(user_.state);
    const fs::path lock = user_.state / "lock";
    lock_ = os::UniqueFd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock_) fail("cannot open " + lock.string());
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) fail("cannot lock " + lock.string());
        throw std::runtime_error("Another worker uses " + user_.state.string() +
                                 ": give each its own 'state'.");
    }
    make_directory(user_.state / "attempts");
    make_mock_directory(settings_.base_directory);
    make_mock_directory(settings_.cache_directory);
}

void StateDirectory::remove_leftovers() {
    const int killed = kill_leftover_mocks(user_);
    if (killed > 0) runtime::log_warn("leftover_processes_killed", {{"count", killed}});
    for (const auto& entry : fs::directory_iterator(user_.state / "attempts"))
        remove_leftover(entry.path());
}

void StateDirectory::remove_leftover(const fs::path& directory) {
    runtime::log_info("leftover_attempt_removed", {{"attempt", directory.filename().string()}});
    if (fs::exists(directory / kUniqueExtFile) && fs::exists(directory / "attempt.cfg")) {
        remove_build_roots(directory);
    }
    fs::remove_all(directory);
}

void StateDirectory::remove_build_roots(const fs::path& attempt) {
    const std::string unique_ext(trimmed(os::read_file(attempt / kUniqueExtFile)));
    for (const char* root : kBuildRoots) {
        const AttemptPaths paths = paths_of(attempt, unique_ext + root);
        if (!has_build_root(settings_, paths.unique_ext)) continue;
        run_clean_up(clean_up_commands(settings_, paths), mock_environment(user_));
    }
}

fs::path StateDirectory::make_attempt(AttemptId attempt, const std::string& unique_ext) {
    const fs::path directory = attempt_path(attempt);
    fs::remove_all(directory);
    make_directory(directory);
    os::write_file_atomically(directory / kUniqueExtFile, unique_ext + "\n");
    const fs::path results = paths_of(directory, unique_ext).results;
    make_directory(results);
    // Only the results are the building user's: the directory around them stays ours, so that
    // nothing in it can be replaced by a link.
    give_to_mock_user(user_, results);
    return directory;
}

void StateDirectory::remove_attempt(AttemptId attempt) {
    fs::remove_all(attempt_path(attempt));
}

AttemptPaths StateDirectory::paths_of(const fs::path& directory, const std::string& unique_ext) {
    return {
        directory / "attempt.cfg", directory / "results", {}, unique_ext, directory / "rebuilt"};
}

fs::path StateDirectory::attempt_path(AttemptId attempt) const {
    return user_.state / "attempts" / std::to_string(attempt.value);
}

}  // namespace terrace::worker
