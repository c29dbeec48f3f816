#include "scheduler/publish/signed_objects.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"
#include "scheduler/publish/metadata_shard.hpp"
#include "scheduler/publish/rpm_signature.hpp"

namespace terrace::publish {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

/// A file of the store's incoming/, gone unless it was adopted.
class IncomingFile {
public:
    explicit IncomingFile(const ObjectStore& store) {
        std::string name = store.incoming() / "signed-XXXXXX";
        file_ = os::UniqueFd(mkostemp(name.data(), O_CLOEXEC));
        if (!file_) os::throw_errno("create", name);
        path_ = name;
    }
    ~IncomingFile() {
        std::error_code ignored;  // the store's constructor removes what a crash leaves
        std::filesystem::remove(path_, ignored);
    }
    IncomingFile(const IncomingFile&) = delete;
    IncomingFile& operator=(const IncomingFile&) = delete;

    void append(std::string_view bytes) {
        hash_.update(bytes);
        os::write_all(file_.get(), bytes, path_);
    }
    Digest adopt_into(const ObjectStore& store) {
        Digest digest = hash_.finish();
        if (!store.adopt(file_, path_, digest)) {
            throw std::system_error(ENOENT, std::generic_category(),
                                    "somebody removed " + path_.string());
        }
        return digest;
    }

private:
    std::filesystem::path path_;
    os::UniqueFd file_;
    os::Sha256 hash_;
};

/// Writes `head` and what of `rpm` comes from `head_of_rpm.header` on, while it checks the whole of
/// `rpm` against its digest: what is damaged is not signed.
void copy_signed(const std::filesystem::path& rpm,
                 const Digest& digest,
                 const std::string& filename,
                 const RpmHead& head_of_rpm,
                 const std::string& head,
                 IncomingFile& to) {
    const os::UniqueFd from(open(rpm.c_str(), O_RDONLY | O_CLOEXEC));
    if (!from) os::throw_errno("open", rpm);
    to.append(head);
    os::Sha256 hash;
    std::string piece(kPieceBytes, '\0');
    std::uint64_t skip = head_of_rpm.payload_offset - head_of_rpm.header.size();
    for (;;) {
        const ssize_t size = ::read(from.get(), piece.data(), piece.size());
        if (size < 0) os::throw_errno("read", rpm);
        if (size == 0) break;
        std::string_view got(piece.data(), static_cast<std::size_t>(size));
        hash.update(got);
        const std::size_t skipped = std::min<std::uint64_t>(skip, got.size());
        skip -= skipped;
        to.append(got.substr(skipped));
    }
    const Digest found = hash.finish();
    if (found == digest) return;
    throw PublishError("The object of " + filename + " is damaged: its digest is " + found.hex +
                       ", not " + digest.hex + ".");
}

}  // namespace

std::filesystem::path SignedObjects::note_of(const std::string& key, const Digest& digest) const {
    return store_.signed_directory() / key / digest.hex.substr(0, 2) / digest.hex;
}

std::optional<Digest> SignedObjects::find(const std::string& key,
                                          const Digest& unsigned_digest) const {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(note_of(key, unsigned_digest), error);
    if (error == std::errc::no_such_file_or_directory) return std::nullopt;
    if (error)
        throw std::system_error(error, "cannot read " + note_of(key, unsigned_digest).string());
    auto found = Digest::parse(target.filename().native());
    if (!found || !store_.contains(*found)) return std::nullopt;
    return found;
}

Digest SignedObjects::keep(const std::string& key,
                           const Digest& unsigned_digest,
                           const Digest& made) const {
    const std::filesystem::path note = note_of(key, unsigned_digest);
    if (std::filesystem::create_directories(note.parent_path())) {
        os::sync_directory(note.parent_path().parent_path());
        os::sync_directory(store_.signed_directory());
        os::sync_directory(store_.signed_directory().parent_path());
    }
    const std::filesystem::path target =
        std::filesystem::path("../../..") / made.hex.substr(0, 2) / made.hex;
    std::error_code error;
    std::filesystem::create_symlink(target, note, error);
    if (error == std::errc::file_exists) {
        if (const auto first = find(key, unsigned_digest)) return *first;
        std::filesystem::remove(note);  // what it names is gone
        std::filesystem::create_symlink(target, note);
    } else if (error) {
        throw std::system_error(error, "cannot make " + note.string());
    }
    os::sync_directory(note.parent_path());
    return made;
}

void SignedObjects::each(const std::function<void(const std::string& key,
                                                  const Digest& unsigned_digest,
                                                  const Digest& signed_digest)>& visit) const {
    if (!std::filesystem::exists(store_.signed_directory())) return;
    for (const auto& key : std::filesystem::directory_iterator(store_.signed_directory())) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(key.path())) {
            if (!entry.is_symlink()) continue;
            const auto unsigned_digest = Digest::parse(entry.path().filename().native());
            const auto signed_digest =
                Digest::parse(std::filesystem::read_symlink(entry.path()).filename().native());
            if (unsigned_digest && signed_digest)
                visit(key.path().filename(), *unsigned_digest, *signed_digest);
        }
    }
}

void SignedObjects::add_signed_forms(std::set<Digest>& live) const {
    std::set<Digest> forms;
    each([&](const std::string&, const Digest& unsigned_digest, const Digest& signed_digest) {
        if (live.contains(unsigned_digest)) forms.insert(signed_digest);
    });
    live.merge(forms);
}

std::size_t SignedObjects::forget_gone() const {
    std::vector<std::pair<std::string, Digest>> gone;
    each([&](const std::string& key, const Digest& unsigned_digest, const Digest& signed_digest) {
        if (!store_.contains(signed_digest)) gone.emplace_back(key, unsigned_digest);
    });
    for (const auto& [key, unsigned_digest] : gone) forget(key, unsigned_digest);
    return gone.size();
}

void SignedObjects::forget(const std::string& key, const Digest& unsigned_digest) const {
    std::filesystem::remove(note_of(key, unsigned_digest));
}

Digest sign_rpm(const ObjectStore& store,
                const std::string& key,
                const Digest& unsigned_digest,
                const std::string& filename,
                const std::function<MadeSignature(std::string_view header)>& sign) {
    const SignedObjects notes(store);
    if (auto found = notes.find(key, unsigned_digest)) return *found;
    if (!store.contains(unsigned_digest)) {
        throw PublishError("The package " + filename + " is missing: there is no object " +
                           unsigned_digest.hex + ".");
    }
    const std::filesystem::path rpm = store.path_of(unsigned_digest);
    const RpmHead head = read_rpm_head(rpm);
    const MadeSignature signature = sign(head.header);
    if (signature.key != key) {
        throw PublishError("The signer's key has changed from " + key + " to " + signature.key +
                           " while it signed: the compose is tried again.");
    }
    IncomingFile made(store);
    copy_signed(rpm, unsigned_digest, filename, head,
                signed_head(head, signature.bytes, signature.algorithm, rpm), made);
    return notes.keep(key, unsigned_digest, made.adopt_into(store));
}

Digest put_bytes(const ObjectStore& store, std::string_view bytes) {
    IncomingFile file(store);
    file.append(bytes);
    return file.adopt_into(store);
}

}  // namespace terrace::publish
