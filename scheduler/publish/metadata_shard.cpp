#include "scheduler/publish/metadata_shard.hpp"

#include <zstd.h>

#include <cctype>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/os/files.hpp"
#include "common/os/sealed_file.hpp"
#include "common/os/zstd_frame.hpp"
#include "common/vocab/check.hpp"
#include "scheduler/publish/createrepo.h"

namespace terrace::publish {
namespace {

// What is kept must be made anew when this program writes it in another way.
constexpr const char* kKind = "terrace-metadata-shard-2";
constexpr const char* kSuffix = ".shard";
constexpr std::size_t kShardsMax = 8192;
// Level 10 takes about twice the time for some per cent less to download.
constexpr int kCompressionLevel = 6;

bool ends_shard(const RepoPackage& package) {
    return package.digest.hex.ends_with("00");  // one in 256
}

std::string key_of(std::span<const RepoPackage> packages) {
    std::string text;
    for (const RepoPackage& package : packages)
        text += package.digest.hex + " " + package.filename + "\n";
    return os::sha256_of_text(text).hex;
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& cause) {
    throw PublishError("Cannot make the metadata of " + file.string() + ": " + cause + ".");
}

using PackageXml = std::unique_ptr<createrepo_package, decltype(&createrepo_free_package)>;

void add_package(const RepoPackage& package,
                 const std::filesystem::path& repository,
                 std::array<std::string, kMetadataKinds>& texts) {
    const std::string location = package_location(package.filename);
    const std::filesystem::path file = repository / location;
    createrepo_error error{};
    createrepo_package read{};
    const int failed =
        createrepo_read(file.c_str(), location.c_str(), package.digest.hex.c_str(), &read, &error);
    const PackageXml owner(&read, &createrepo_free_package);
    if (failed != 0) fail(file, error.message);
    if (package.filename != read.filename)
        fail(file, std::string("its header says that it is ") + read.filename);
    for (std::size_t kind = 0; kind < kMetadataKinds; ++kind) texts.at(kind) += read.xml[kind];
}

/// The frame that `bytes` begin with; nullopt if there is none.
std::optional<ZstdFrame> first_frame(std::string_view bytes) {
    const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
    if (ZSTD_isError(size) != 0) return std::nullopt;
    const unsigned long long open = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (open == ZSTD_CONTENTSIZE_UNKNOWN || open == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
    return ZstdFrame{std::string(bytes.substr(0, size)), open};
}

std::optional<MetadataShard> shard_of(std::string_view bytes) {
    MetadataShard shard;
    for (ZstdFrame& frame : shard) {
        std::optional<ZstdFrame> next = first_frame(bytes);
        if (!next) return std::nullopt;
        frame = std::move(*next);
        bytes.remove_prefix(frame.bytes.size());
    }
    return shard;
}

}  // namespace

std::string package_location(const std::string& filename) {
    TERRACE_CHECK(!filename.empty());
    const auto first = static_cast<unsigned char>(filename.front());
    return std::string("Packages/") + static_cast<char>(std::tolower(first)) + "/" + filename;
}

ZstdFrame compressed(const std::string& text) {
    return {os::zstd_frame(text, kCompressionLevel), text.size()};
}

std::vector<std::span<const RepoPackage>> shards_of(std::span<const RepoPackage> sorted) {
    std::vector<std::span<const RepoPackage>> shards;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (!ends_shard(sorted[i]) && i + 1 != sorted.size()) continue;
        shards.push_back(sorted.subspan(begin, i + 1 - begin));
        begin = i + 1;
    }
    return shards;
}

MetadataShard MetadataCache::shard(std::span<const RepoPackage> packages,
                                   const std::filesystem::path& repository) const {
    const std::filesystem::path file = directory_ / (key_of(packages) + kSuffix);
    if (const auto bytes = os::read_sealed(file, kKind)) {
        if (auto kept = shard_of(*bytes)) {
            std::error_code ignored;  // prune() may then think it older than it is
            std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now(),
                                             ignored);
            return *std::move(kept);
        }
    }
    std::array<std::string, kMetadataKinds> texts;
    for (const RepoPackage& package : packages) add_package(package, repository, texts);
    MetadataShard made;
    std::string bytes;
    for (std::size_t kind = 0; kind < kMetadataKinds; ++kind) {
        made.at(kind) = compressed(texts.at(kind));
        bytes += made.at(kind).bytes;
    }
    os::write_sealed(file, kKind, bytes);
    return made;
}

void MetadataCache::prune() const {
    if (std::filesystem::exists(directory_)) os::remove_oldest(directory_, kSuffix, kShardsMax);
}

}  // namespace terrace::publish
