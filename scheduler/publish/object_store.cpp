#include "scheduler/publish/object_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "common/vocab/check.hpp"
#include "scheduler/publish/partial_uploads.hpp"

namespace terrace::publish {
namespace {

constexpr std::chrono::hours kClaimLength{1};

/// All 256 from the start, so that no upload has to make one and sync its parent.
void make_directories(const std::filesystem::path& root) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const char high : kDigits) {
        for (const char low : kDigits) {
            std::filesystem::create_directories(root / std::string{high, low});
        }
    }
    std::filesystem::create_directories(root / "incoming");
    os::sync_directory(root);
}

void remove_broken_uploads(const std::filesystem::path& incoming) {
    for (const auto& entry : std::filesystem::directory_iterator(incoming)) {
        if (!PartialUploads::attempt_of(entry.path())) std::filesystem::remove_all(entry.path());
    }
}

}  // namespace

ObjectStore::ObjectStore(std::filesystem::path root) : root_(std::move(root)) {
    make_directories(root_);
    remove_broken_uploads(incoming());
}

bool ObjectStore::contains(const Digest& digest) const {
    return size_of(digest).has_value();
}

std::optional<std::uintmax_t> ObjectStore::size_of(const Digest& digest) const {
    if (digest == Digest{}) return std::nullopt;
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path_of(digest), error);
    if (!error) return size;
    if (error == std::errc::no_such_file_or_directory) return std::nullopt;
    throw std::system_error(error, "cannot look at " + path_of(digest).string());
}

std::optional<std::uintmax_t> ObjectStore::claim(const Digest& digest) const {
    const std::lock_guard lock(mutex_);
    const std::optional<std::uintmax_t> size = size_of(digest);
    const auto now = std::chrono::steady_clock::now();
    if (now - turned_at_ >= kClaimLength) {
        claimed_before_ = std::exchange(claimed_, {});
        turned_at_ = now;
    }
    if (size) claimed_.insert(digest);
    return size;
}

bool ObjectStore::is_claimed(const Digest& digest) const {
    return claimed_.contains(digest) || claimed_before_.contains(digest);
}

std::vector<Digest> ObjectStore::digests() const {
    std::vector<Digest> found;
    for (const auto& directory : std::filesystem::directory_iterator(root_)) {
        if (directory.path().filename().string().size() != 2 || !directory.is_directory()) continue;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
            auto digest = Digest::parse(entry.path().filename().string());
            if (digest) found.push_back(*std::move(digest));
        }
    }
    std::ranges::sort(found);
    return found;
}

bool ObjectStore::remove_if_older(const Digest& digest, TimePoint before, bool dry_run) const {
    const std::filesystem::path file = path_of(digest);
    const std::lock_guard lock(mutex_);
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) {
        if (errno == ENOENT) return false;
        os::throw_errno("look at", file);
    }
    const TimePoint came{std::chrono::seconds(status.st_mtim.tv_sec)};
    if (came >= before || is_claimed(digest)) return false;
    if (dry_run) return true;
    if (::unlink(file.c_str()) != 0) os::throw_errno("remove", file);
    return true;
}

std::filesystem::path ObjectStore::path_of(const Digest& digest) const {
    TERRACE_CHECK(Digest::parse(digest.hex));
    return root_ / digest.hex.substr(0, 2) / digest.hex;
}

ObjectStore::Upload::Upload(const ObjectStore& store, Digest wanted)
    : store_(store), wanted_(std::move(wanted)) {
    std::string name = store_.incoming() / (wanted_.hex + "-XXXXXX");
    file_ = os::UniqueFd(mkostemp(name.data(), O_CLOEXEC));
    if (!file_) os::throw_errno("create", name);
    temporary_ = name;
}

ObjectStore::Upload::~Upload() {
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

void ObjectStore::Upload::append(std::string_view bytes) {
    hash_.update(bytes);
    os::write_all(file_.get(), bytes, temporary_);
}

Result<void> ObjectStore::Upload::finish() {
    const Digest actual = hash_.finish();
    if (actual != wanted_) {
        return Error{Errc::invalid_argument, "The bytes that were sent have the digest " +
                                                 actual.hex + ", not " + wanted_.hex + "."};
    }
    if (!store_.adopt(file_, temporary_, wanted_)) {
        throw std::system_error(ENOENT, std::generic_category(),
                                "somebody removed " + temporary_.string());
    }
    temporary_.clear();
    return {};
}

bool ObjectStore::adopt(const os::UniqueFd& file,
                        const std::filesystem::path& temporary,
                        const Digest& digest) const {
    if (fchmod(file.get(), 0444) != 0) os::throw_errno("set the mode of", temporary);
    if (fsync(file.get()) != 0) os::throw_errno("sync", temporary);
    const std::filesystem::path target = path_of(digest);
    const std::lock_guard lock(mutex_);
    // If another upload was faster, this replaces its file by an equal one, which also repairs a
    // damaged one.
    if (rename(temporary.c_str(), target.c_str()) != 0) {
        if (errno == ENOENT) return false;
        os::throw_errno("rename to", target);
    }
    os::sync_directory(target.parent_path());
    return true;
}

}  // namespace terrace::publish
