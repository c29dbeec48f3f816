#pragma once

#include <boost/describe.hpp>
#include <string>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/wire/dsse.hpp"

/// What the API says of what is published beside packages (docs/api.md).
namespace terrace::wire {

/// GET /v1/builds/ID/provenance
struct BuildProvenance {
    BuildId build;
    std::string release;
    Digest digest;  ///< of the envelope's text, as it was stored
    DsseEnvelope envelope;
    std::string public_key;  ///< of the release, PEM; empty: it is not signed
};
BOOST_DESCRIBE_STRUCT(BuildProvenance, (), (build, release, digest, envelope, public_key))

/// GET /v1/releases/RELEASE/streams/STREAM/client-config
struct ClientConfig {
    std::string name;  ///< of the file
    std::string text;
};
BOOST_DESCRIBE_STRUCT(ClientConfig, (), (name, text))

}  // namespace terrace::wire
