#pragma once

#include <boost/describe.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Dead Simple Signing Envelope, version 1 (github.com/secure-systems-lab/dsse).
namespace terrace::wire {

inline constexpr const char* kInTotoPayloadType = "application/vnd.in-toto+json";

struct DsseSignature {
    std::string keyid;
    std::string sig;  ///< base64
    friend bool operator==(const DsseSignature&, const DsseSignature&) = default;
};
BOOST_DESCRIBE_STRUCT(DsseSignature, (), (keyid, sig))

/// The names of the members are those of the format.
struct DsseEnvelope {
    std::string payload;  ///< base64
    std::string payloadType;
    std::vector<DsseSignature> signatures;  ///< none: the release is not signed
    friend bool operator==(const DsseEnvelope&, const DsseEnvelope&) = default;
};
BOOST_DESCRIBE_STRUCT(DsseEnvelope, (), (payload, payloadType, signatures))

/// What is signed: the type and the payload, each with its length, so that neither can be taken for
/// the other.
inline constexpr std::string_view kDssePrefix = "DSSEv1 ";
inline std::string dsse_pre_authentication(std::string_view payload_type,
                                           std::string_view payload) {
    std::string text(kDssePrefix);
    text += std::to_string(payload_type.size()) + " " + std::string(payload_type) + " " +
            std::to_string(payload.size()) + " ";
    return text.append(payload);
}

}  // namespace terrace::wire
