#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <optional>
#include <string>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "scheduler/publish/object_store.hpp"

namespace terrace::publish {

/// The newest envelope of a build's statement, which is an object. `identity` tells the build from
/// another of that number, of a database that is gone.
struct ProvenanceNote {
    BuildId build;
    std::string identity;
    std::string release;
    Digest envelope;
};
BOOST_DESCRIBE_STRUCT(ProvenanceNote, (), (build, identity, release, envelope))

/// Kept in OBJECTS/provenance/BUILD.json. Throws std::system_error.
void note_provenance(const ObjectStore& store, const ProvenanceNote& note);

/// nullopt if there is none. Throws PublishError if it cannot be understood.
std::optional<ProvenanceNote> find_provenance(const ObjectStore& store, BuildId build);

/// Every envelope that a note names, beside those that composes name.
void each_provenance(const ObjectStore& store,
                     const std::function<void(const ProvenanceNote&)>& visit);

}  // namespace terrace::publish
