#pragma once

#include <filesystem>

#include "scheduler/publish/manifest.hpp"

namespace terrace::publish {

/// A reader who fetched repomd.xml through a stream just before it moved goes on to fetch what that
/// named, and finds the new compose there. So links the own metadata and packages of `base` into
/// `incoming` as well, unlisted: those whose names the new compose does not use itself. What `base`
/// carried over is not `base`'s own, so nothing piles up. `manifest` is that of `base`. Throws
/// std::system_error.
void carry_over(const std::filesystem::path& base,
                const Manifest& manifest,
                const std::filesystem::path& incoming);

}  // namespace terrace::publish
