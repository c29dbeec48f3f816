#include "scheduler/publish/manifest.hpp"

#include <algorithm>
#include <tuple>

#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/repo_writer.hpp"

namespace terrace::publish {

std::string manifest_of(const core::RunCompose& order) {
    Manifest manifest{.id = order.compose.id,
                      .release = order.compose.release,
                      .rebuild = order.compose.rebuild,
                      .stream = order.compose.stream,
                      .base = order.compose.base,
                      .created_at = order.compose.created_at,
                      .stalled = order.compose.stalled,
                      .notes = order.compose.notes,
                      .repos = order.repos,
                      .packages = order.packages};
    std::ranges::sort(manifest.packages, {}, [](const core::ComposePackage& package) {
        return std::tie(package.repo, package.filename);
    });
    return wire::to_text(manifest) + "\n";
}

Manifest read_manifest(const std::filesystem::path& compose) {
    const std::filesystem::path file = compose / kManifestName;
    Result<Manifest> manifest = wire::from_text<Manifest>(os::read_file(file, kManifestBytesMax));
    if (!manifest) {
        throw PublishError("Cannot read " + file.string() + ": " + manifest.error().message);
    }
    return std::move(*manifest);
}

}  // namespace terrace::publish
