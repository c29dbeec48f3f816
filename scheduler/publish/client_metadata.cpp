#include "scheduler/publish/client_metadata.hpp"

#include <zstd.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "common/os/sealed_file.hpp"
#include "common/solv/repomd.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

// What is kept must be made anew when this program reads it in another way.
const std::string kKind = "terrace-client-metadata-1 ";
constexpr const char* kRepoSuffix = ".repo-solv";
constexpr const char* kFrameSuffix = ".frame-solv";
constexpr std::size_t kReposMax = 64;
constexpr std::size_t kFramesMax = 16384;
constexpr std::size_t kPrimaryBytesMax = std::size_t{1} << 30;
constexpr std::size_t kFrameBytesMax = std::size_t{256} << 20;  // of its text

constexpr std::string_view kXmlBegin =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<metadata xmlns=\"http://linux.duke.edu/metadata/common\" "
    "xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n";
constexpr std::string_view kXmlEnd = "</metadata>\n";

template <class T>
T value_of(Result<T> result) {
    if (!result) throw PublishError(result.error().message);
    return *std::move(result);
}

/// nullopt if that is no series of whole frames.
std::optional<std::vector<std::string_view>> frames_of(std::string_view bytes) {
    std::vector<std::string_view> frames;
    while (!bytes.empty()) {
        const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
        if (ZSTD_isError(size) != 0) return std::nullopt;
        frames.push_back(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
    return frames;
}

/// nullopt if it is damaged, or too large for what is cut into shards.
std::optional<std::string> text_of(std::string_view frame) {
    const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > kFrameBytesMax)
        return std::nullopt;
    std::string text(size, '\0');
    const std::size_t read = ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
    if (ZSTD_isError(read) != 0 || read != size) return std::nullopt;
    return text;
}

/// A run of whole packages, and nothing of what is around them.
bool holds_packages(std::string_view text) {
    return text.starts_with("<package ") && text.ends_with("</package>\n");
}

}  // namespace

/// The whole of the frames' packages; parsed in one piece if it was not made of shards.
std::string ClientMetadata::merged(const std::filesystem::path& primary,
                                   std::string_view bytes) const {
    solv::Pool all;
    const auto whole = [&] {
        value_of(all.add_primary(primary, primary));
        return all.to_solv();
    };
    const auto frames = frames_of(bytes);
    if (primary.extension() != ".zst" || !frames || frames->size() < 3) return whole();
    for (std::size_t i = 1; i + 1 < frames->size(); ++i) {
        const std::string_view frame = (*frames)[i];
        const std::string digest = os::sha256_of_text(frame).hex;
        const std::filesystem::path file = directory_ / (digest + kFrameSuffix);
        std::optional<std::string> kept = os::read_sealed(file, kKind + digest);
        if (!kept) {
            const auto text = text_of(frame);
            if (!text || !holds_packages(*text)) {
                all = solv::Pool();
                return whole();
            }
            solv::Pool shard;
            value_of(shard.add_primary_text(primary,
                                            std::string(kXmlBegin) + *text + std::string(kXmlEnd)));
            kept = shard.to_solv();
            os::write_sealed(file, kKind + digest, *kept);
        }
        value_of(all.extend_solv(primary, *kept));
    }
    return all.to_solv();
}

solv::ClientRepo ClientMetadata::read(const std::string& name,
                                      const std::filesystem::path& repository) const {
    const auto entry =
        value_of(solv::find_in_repomd(repository / "repodata" / "repomd.xml", "primary"));
    const std::filesystem::path kept = directory_ / (entry.digest.hex + kRepoSuffix);
    const std::string kind = kKind + entry.digest.hex;
    if (auto bytes = os::read_sealed(kept, kind))
        return {name, std::make_shared<const std::string>(*std::move(bytes))};
    const std::filesystem::path primary = repository / entry.location;
    const std::string bytes = os::read_file(primary, kPrimaryBytesMax);
    if (os::sha256_of_text(bytes) != entry.digest) {
        throw PublishError(primary.string() +
                           " is damaged: its digest is not that of its "
                           "repomd.xml.");
    }
    std::string made = merged(primary, bytes);
    os::write_sealed(kept, kind, made);
    os::remove_oldest(directory_, kRepoSuffix, kReposMax);
    os::remove_oldest(directory_, kFrameSuffix, kFramesMax);
    return {name, std::make_shared<const std::string>(std::move(made))};
}

}  // namespace terrace::publish
