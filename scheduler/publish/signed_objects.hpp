#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "common/vocab/digest.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/signer_client.hpp"

namespace terrace::publish {

/// Which object is the signed form of which, by key: beside the objects, as symbolic links
///     OBJECTS/signed/KEY/ab/UNSIGNED -> ../../../cd/SIGNED
/// A signature holds the moment when it was made, so signing again would give other bytes under the
/// same NEVRA; hence the first is kept, and as long as the object it names. It is beside the
/// objects and not in the database because it says something about objects alone, one rename makes
/// it, and both are backed up together (docs/decisions/0011). From several threads at once.
class SignedObjects {
public:
    explicit SignedObjects(const ObjectStore& store) : store_(store) {}

    /// nullopt: not signed by that key yet, or the signed object is gone.
    std::optional<Digest> find(const std::string& key, const Digest& unsigned_digest) const;

    /// Puts a signed object into the store and notes it, durably. Who comes second gets what the
    /// first has noted. Throws std::system_error.
    Digest keep(const std::string& key, const Digest& unsigned_digest, const Digest& made) const;

    /// Every note whose names can be read, whether its objects are there or not.
    void each(const std::function<void(const std::string& key,
                                       const Digest& unsigned_digest,
                                       const Digest& signed_digest)>& visit) const;

    /// For garbage collection: adds the signed forms, by whatever key, of the unsigned objects in
    /// `live`. What is signed and not in a compose yet is kept by this, or it would be signed
    /// twice.
    void add_signed_forms(std::set<Digest>& live) const;

    /// After garbage collection: removes the notes that name an object which is gone. How many.
    std::size_t forget_gone() const;

    /// Forgets that `unsigned_digest` was signed.
    void forget(const std::string& key, const Digest& unsigned_digest) const;

private:
    std::filesystem::path note_of(const std::string& key, const Digest& digest) const;

    const ObjectStore& store_;
};

/// Signs an RPM of the store for a release and puts the signed one beside it, unless it is there.
/// Its own digest is checked on the way. Throws PublishError, std::system_error.
Digest sign_rpm(const ObjectStore& store,
                const std::string& key,
                const Digest& unsigned_digest,
                const std::string& filename,
                const std::function<MadeSignature(std::string_view header)>& sign);

/// An object of these bytes. Throws std::system_error.
Digest put_bytes(const ObjectStore& store, std::string_view bytes);

}  // namespace terrace::publish
