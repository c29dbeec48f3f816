#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <string>
#include <vector>

/// What the scheduler and terrace-signer say to each other, over a Unix stream socket: any number
/// of requests on a connection, one answer to each, in order. A message is two big-endian 32-bit
/// sizes, that many bytes of JSON (SignRequest or SignAnswer), and that many bytes to be signed, or
/// made.
///
///   kind        bytes sent                                 bytes answered
///   keys        none                                       JSON of ReleaseKeys
///   rpm_header  the header of an RPM, with its magic       binary OpenPGP signature of them
///   metadata    a repomd.xml                             armored detached OpenPGP signature
///   sums        a SHA256SUMS                               armored detached OpenPGP signature
///   statement   a DSSE pre-authentication encoding         raw Ed25519 signature
///
/// The signer signs a kind only if the bytes look like it, so that what one kind got signed is
/// never of use as another. It has no idea of packages, composes or streams: what may be signed is
/// the scheduler's word, with which key it is done is the signer's.
namespace terrace::wire {

inline constexpr std::size_t kSignHeadBytesMax = std::size_t{64} << 10;
/// Headers of 64 MiB are far above any package's: texlive's largest has 11.
inline constexpr std::size_t kSignBodyBytesMax = std::size_t{64} << 20;

enum class SignKind { keys, rpm_header, metadata, sums, statement };
BOOST_DESCRIBE_ENUM(SignKind, keys, rpm_header, metadata, sums, statement)

/// `urgent` goes before all that waits in `bulk`, which mass rebuilds use.
enum class SignClass { urgent, bulk };
BOOST_DESCRIBE_ENUM(SignClass, urgent, bulk)

struct SignRequest {
    SignKind kind = SignKind::keys;
    SignClass queue = SignClass::urgent;
    std::string release;
};
BOOST_DESCRIBE_STRUCT(SignRequest, (), (kind, queue, release))

struct SignAnswer {
    std::string error;      ///< a sentence; empty: it is done
    std::string key;        ///< fingerprint of the OpenPGP key, or id of the statement key
    std::string algorithm;  ///< of the OpenPGP key, as gpg names it: "RSA", "EDDSA"
};
BOOST_DESCRIBE_STRUCT(SignAnswer, (), (error, key, algorithm))

/// What the clients of a release need.
struct ReleaseKeys {
    std::string fingerprint;    ///< of the OpenPGP key that signs
    std::string public_keys;    ///< armored: that one, and those that signed before it
    std::string statement_key;  ///< id of the Ed25519 key: SHA-256 of its SubjectPublicKeyInfo
    std::string statement_public_key;  ///< PEM
    friend bool operator==(const ReleaseKeys&, const ReleaseKeys&) = default;
};
BOOST_DESCRIBE_STRUCT(ReleaseKeys,
                      (),
                      (fingerprint, public_keys, statement_key, statement_public_key))

}  // namespace terrace::wire
