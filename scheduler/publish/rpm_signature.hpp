#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace terrace::publish {

/// Where the parts of an RPM are. In the file follow: lead, signature header, padding to 8, header,
/// payload (lsb: "Package File Format"; rpm's docs/manual/format_v4.md).
struct RpmHead {
    std::string lead;        ///< 96 bytes
    std::string signatures;  ///< the signature header, with its magic
    std::string header;      ///< with its magic: what a signature of the header signs
    std::uint64_t payload_offset = 0;
};

/// Throws PublishError for what is no RPM, has no digest of its payload in the header (rpm before
/// 4.14: a signature of the header would not cover the payload), or is of format 6;
/// std::system_error.
RpmHead read_rpm_head(const std::filesystem::path& rpm);

/// The lead and the signature header of the signed RPM, up to where its header begins: that of the
/// unsigned one with this signature of the header, and without any former signature or reserved
/// space. Digests stay: neither header nor payload changes. `algorithm`: of the key, as gpg names
/// it. `rpm` is for messages. Throws PublishError.
std::string signed_head(const RpmHead& head,
                        std::string_view signature,
                        std::string_view algorithm,
                        const std::filesystem::path& rpm);

}  // namespace terrace::publish
