#include "scheduler/publish/partial_uploads.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace terrace::publish {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHexDigits = 64;

Error taken_over() {
    return {Errc::conflict, "Another connection goes on with this upload, or its lease has ended."};
}

}  // namespace

/// Who may write to a file of incoming(); replaced, never given back.
struct PartialUploads::Turn {
    std::mutex mutex;   // held while writing
    bool over = false;  // under `mutex`
};

PartialUploads::Part::Part(PartialUploads& owner,
                           Digest wanted,
                           fs::path path,
                           std::shared_ptr<Turn> turn)
    : owner_(owner), wanted_(std::move(wanted)), path_(std::move(path)), turn_(std::move(turn)) {}

PartialUploads::Part::~Part() {
    const std::lock_guard lock(owner_.mutex_);
    const auto found = owner_.turns_.find(path_);
    if (found != owner_.turns_.end() && found->second == turn_) owner_.turns_.erase(found);
}

Result<void> PartialUploads::Part::start(std::uint64_t offset) {
    const std::lock_guard turn(turn_->mutex);
    if (turn_->over) return taken_over();
    file_ = os::UniqueFd(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file_) os::throw_errno("open", path_);
    if (offset == 0 && ::ftruncate(file_.get(), 0) != 0) os::throw_errno("empty", path_);
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t count = ::read(file_.get(), buffer.data(), buffer.size());
        if (count == 0) break;
        if (count > 0) {
            hash_.update({buffer.data(), static_cast<std::size_t>(count)});
            size_ += static_cast<std::uint64_t>(count);
        } else if (errno != EINTR) {
            os::throw_errno("read", path_);
        }
    }
    if (offset == size_) return {};
    return Error{Errc::conflict, "The scheduler holds " + std::to_string(size_) +
                                     " bytes of this upload, so it cannot go on at " +
                                     std::to_string(offset) + "."};
}

Result<void> PartialUploads::Part::append(std::string_view bytes) {
    const std::lock_guard turn(turn_->mutex);
    if (turn_->over) return taken_over();
    size_ += bytes.size();
    if (size_ > owner_.bytes_max_) {
        drop();
        return Error{Errc::invalid_argument, "The object is larger than the " +
                                                 std::to_string(owner_.bytes_max_) +
                                                 " bytes that are allowed here."};
    }
    hash_.update(bytes);
    try {
        os::write_all(file_.get(), bytes, path_);
    } catch (const std::system_error&) {
        drop();
        throw;
    }
    return {};
}

Result<void> PartialUploads::Part::finish() {
    const std::lock_guard turn(turn_->mutex);
    if (turn_->over) return taken_over();
    const Digest actual = hash_.finish();
    if (actual != wanted_) {
        drop();
        return Error{Errc::invalid_argument, "The bytes that were sent have the digest " +
                                                 actual.hex + ", not " + wanted_.hex + "."};
    }
    if (!owner_.store_.adopt(file_, path_, wanted_)) return taken_over();
    return {};
}

bool PartialUploads::Part::is_superfluous() {
    if (!owner_.store_.claim(wanted_)) return false;
    const std::lock_guard turn(turn_->mutex);
    if (!turn_->over) drop();
    return true;
}

/// @pre turn_->mutex is held, and the turn is not over
void PartialUploads::Part::drop() {
    ::unlink(path_.c_str());
    turn_->over = true;
}

std::uint64_t PartialUploads::bytes_held(const Digest& digest, AttemptId attempt) const {
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(path_of(digest, attempt), missing);
    return missing ? 0 : size;
}

Result<std::unique_ptr<PartialUploads::Part>> PartialUploads::resume(const Digest& digest,
                                                                     AttemptId attempt,
                                                                     std::uint64_t offset) {
    const fs::path path = path_of(digest, attempt);
    std::unique_ptr<Part> part(new Part(*this, digest, path, take_over(path)));
    const Result<void> started = part->start(offset);
    if (!started) return started.error();
    return part;
}

std::vector<AttemptId> PartialUploads::attempts() const {
    std::set<AttemptId> found;
    for (const auto& entry : fs::directory_iterator(store_.incoming())) {
        if (const auto attempt = attempt_of(entry.path())) found.insert(*attempt);
    }
    return {found.begin(), found.end()};
}

void PartialUploads::drop(AttemptId attempt) {
    for (const auto& entry : fs::directory_iterator(store_.incoming())) {
        if (attempt_of(entry.path()) != attempt) continue;
        {
            const std::shared_ptr<Turn> turn = take_over(entry.path());
            const std::lock_guard lock(mutex_);
            const auto found = turns_.find(entry.path());
            if (found != turns_.end() && found->second == turn) turns_.erase(found);
        }
        ::unlink(entry.path().c_str());
    }
}

std::optional<AttemptId> PartialUploads::attempt_of(const fs::path& file) {
    const std::string name = file.filename().string();
    if (name.size() <= kHexDigits || name[kHexDigits] != '.') return std::nullopt;
    AttemptId attempt;
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + kHexDigits + 1, end, attempt.value);
    const bool whole = error == std::errc() && rest == end && attempt.value > 0;
    if (!whole || !Digest::parse(name.substr(0, kHexDigits))) return std::nullopt;
    return attempt;
}

fs::path PartialUploads::path_of(const Digest& digest, AttemptId attempt) const {
    return store_.incoming() / (digest.hex + "." + std::to_string(attempt.value));
}

std::shared_ptr<PartialUploads::Turn> PartialUploads::take_over(const fs::path& path) {
    auto mine = std::make_shared<Turn>();
    // Held until the one before is over: else a third could begin while the first still writes.
    const std::lock_guard lock_turns(mutex_);
    if (const std::shared_ptr<Turn> before = std::exchange(turns_[path], mine)) {
        const std::lock_guard lock(before->mutex);
        before->over = true;
    }
    return mine;
}

}  // namespace terrace::publish
