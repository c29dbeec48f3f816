#pragma once

#include <string>
#include <string_view>

namespace terrace::os {

/// `text` as one frame of zstd that tells its size and has a checksum of it. Frames one after the
/// other are one file to every reader of zstd. Throws std::runtime_error. From any thread.
std::string zstd_frame(std::string_view text, int level);

}  // namespace terrace::os
