#include "worker/sandbox/result_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include "common/os/unique_fd.hpp"
#include "worker/core/text.hpp"

namespace terrace::sandbox {
namespace {

constexpr std::array<std::string_view, 5> kLogs = {"build.log", "hw_info.log", "installed_pkgs.log",
                                                   "root.log", "state.log"};
constexpr std::string_view kRpmMagic = "\xed\xab\xee\xdb";
constexpr std::size_t kEntriesMax = 65536;
constexpr std::size_t kIgnoredMax = 100;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

os::UniqueFd open_directory(const std::filesystem::path& path) {
    os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) fail("cannot open " + path.string());
    return fd;
}

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

std::vector<std::string> names_in(const os::UniqueFd& directory) {
    const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(::dup(directory.get())));
    if (!entries) fail("cannot list the results");
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (names.size() >= kEntriesMax) break;  // far more than the RPMs that any limit allows
        names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
}

bool is_rpm_name(const std::string& name) {
    return worker::is_file_name(name) && name.ends_with(".rpm") &&
           worker::printable(name, 255) == name;
}

bool begins_as_rpm(int fd) {
    std::array<char, 4> magic{};
    return ::pread(fd, magic.data(), magic.size(), 0) == 4 &&
           std::string_view(magic.data(), magic.size()) == kRpmMagic;
}

/// One call: from the result directory into the worker's own.
class Taking {
public:
    Taking(const std::filesystem::path& results,
           const std::filesystem::path& to,
           const SlotUser& user,
           const ResultLimits& limits)
        : from_(open_directory(results)), user_(user), limits_(limits) {
        std::filesystem::create_directories(to);
        to_ = open_directory(to);
        if (user_.uid >= 0) {
            give(to_.get(), 0750);
        } else if (::fchmod(to_.get(), 0700) != 0) {
            fail("cannot change " + to.string());
        }
    }

    Result<TakenResults> run() {
        for (const std::string& name : names_in(from_)) {
            if (const auto taken = look_at(name); !taken) return taken.error();
        }
        return std::move(taken_);
    }

private:
    Result<void> look_at(const std::string& name) {
        struct stat status {};
        if (::fstatat(from_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            fail("cannot look at the result " + worker::printable(name));
        const bool is_log = std::ranges::find(kLogs, name) != kLogs.end();
        if (!S_ISREG(status.st_mode)) return ignore(name, "is no regular file");
        if (is_log) return {};
        if (!is_rpm_name(name)) return ignore(name, "is neither an RPM nor a log of mock");
        if (status.st_nlink != 1) return ignore(name, "has other names");
        return take(name);
    }

    Result<void> take(const std::string& name) {
        const os::UniqueFd file(
            ::openat(from_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0) fail("cannot open the result " + name);
        if (!S_ISREG(status.st_mode) || !begins_as_rpm(file.get()))
            return ignore(name, "is no RPM, whatever its name");
        const std::int64_t size = status.st_size;
        total_bytes_ += size;
        if (size > limits_.file_bytes) return too_much(name + " is too large");
        if (total_bytes_ > limits_.total_bytes) return too_much("they are too large in all");
        if (std::ssize(taken_.rpms) >= limits_.rpms) return too_much("they are too many");
        if (::renameat(from_.get(), name.c_str(), to_.get(), name.c_str()) != 0)
            fail("cannot take the result " + name);
        if (user_.uid >= 0) give(file.get(), 0440);
        taken_.rpms.push_back({name, size});
        return {};
    }

    Result<void> ignore(const std::string& name, const char* why) {
        if (taken_.ignored.size() < kIgnoredMax)
            taken_.ignored.push_back(worker::printable(name) + ": it " + why);
        return {};
    }

    static Error too_much(const std::string& why) {
        return {Errc::invalid_argument,
                "The build's RPMs are more than this worker takes (results_max in worker.yaml): " +
                    why + "."};
    }

    void give(int fd, mode_t mode) const {
        if (::fchown(fd, 0, static_cast<gid_t>(user_.gid)) != 0 || ::fchmod(fd, mode) != 0)
            fail("cannot take over a result");
    }

    os::UniqueFd from_;
    os::UniqueFd to_;
    const SlotUser user_;
    const ResultLimits limits_;
    std::int64_t total_bytes_ = 0;
    TakenResults taken_;
};

}  // namespace

Result<TakenResults> take_results(const std::filesystem::path& results,
                                  const std::filesystem::path& to,
                                  const SlotUser& user,
                                  const ResultLimits& limits) {
    return Taking(results, to, user, limits).run();
}

}  // namespace terrace::sandbox
