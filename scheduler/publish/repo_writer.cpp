#include "scheduler/publish/repo_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"
#include "scheduler/publish/createrepo.h"

namespace terrace::publish {
namespace {

using Text = std::unique_ptr<char, decltype(&createrepo_free_text)>;

static_assert(kMetadataKinds == CREATEREPO_KINDS);

struct Envelope {
    const char* element;
    const char* name_spaces;
};
// As createrepo_c and every client have them.
constexpr std::array<Envelope, kMetadataKinds> kEnvelopes = {
    {{"metadata",
      "xmlns=\"http://linux.duke.edu/metadata/common\" "
      "xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\""},
     {"filelists", "xmlns=\"http://linux.duke.edu/metadata/filelists\""},
     {"otherdata", "xmlns=\"http://linux.duke.edu/metadata/other\""}}};

/// One file of metadata while it is written; gets its digest as its name at the end.
class MetadataFile {
public:
    MetadataFile(std::filesystem::path repodata, std::size_t kind, std::size_t package_count)
        : repodata_(std::move(repodata)),
          kind_(createrepo_kinds[kind]),
          end_("</" + std::string(kEnvelopes.at(kind).element) + ">\n"),
          temporary_(repodata_ / (kind_ + ".incoming")),
          out_(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
        if (!out_) os::throw_errno("create", temporary_);
        const Envelope& envelope = kEnvelopes.at(kind);
        add(compressed(std::string("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<") +
                       envelope.element + " " + envelope.name_spaces + " packages=\"" +
                       std::to_string(package_count) + "\">\n"));
    }

    void add(const ZstdFrame& frame) {
        os::write_all(out_.get(), frame.bytes, temporary_);
        hash_.update(frame.bytes);
        size_ += frame.bytes.size();
        size_open_ += frame.size_open;
    }

    void finish() {
        add(compressed(end_));
        if (::fsync(out_.get()) != 0) os::throw_errno("sync", temporary_);
        digest_ = hash_.finish().hex;
        location_ = "repodata/" + digest_ + "-" + kind_ + ".xml.zst";
        std::filesystem::rename(temporary_, repodata_.parent_path() / location_);
    }

    createrepo_record record() const {
        return {kind_.c_str(), location_.c_str(), digest_.c_str(), static_cast<std::int64_t>(size_),
                static_cast<std::int64_t>(size_open_)};
    }

private:
    std::filesystem::path repodata_;
    std::string kind_;
    std::string end_;
    std::filesystem::path temporary_;
    os::UniqueFd out_;
    os::Sha256 hash_;
    std::string digest_;
    std::string location_;
    std::uint64_t size_ = 0;
    std::uint64_t size_open_ = 0;
};

/// What the operator gives, in its file.
class ExtraFile {
public:
    ExtraFile(const std::filesystem::path& repodata, const ExtraMetadata& extra)
        : type_(extra.type), size_open_(extra.text.size()) {
        const std::string bytes = extra.compressed ? compressed(extra.text).bytes : extra.text;
        size_ = bytes.size();
        digest_ = os::sha256_of_text(bytes).hex;
        location_ = "repodata/" + digest_ + "-" + extra.name + (extra.compressed ? ".zst" : "");
        os::write_file_atomically(repodata.parent_path() / location_, bytes);
    }
    createrepo_record record() const {
        return {type_.c_str(), location_.c_str(), digest_.c_str(), static_cast<std::int64_t>(size_),
                static_cast<std::int64_t>(size_open_)};
    }

private:
    std::string type_;
    std::string digest_;
    std::string location_;
    std::size_t size_ = 0;
    std::size_t size_open_ = 0;
};

std::string repomd_of(const std::array<MetadataFile, kMetadataKinds>& files,
                      const std::vector<ExtraFile>& extras,
                      const std::filesystem::path& directory,
                      TimePoint time) {
    std::vector<createrepo_record> records;
    std::ranges::transform(files, std::back_inserter(records), &MetadataFile::record);
    std::ranges::transform(extras, std::back_inserter(records), &ExtraFile::record);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    createrepo_error error{};
    const Text repomd(
        createrepo_repomd(records.data(), static_cast<int>(records.size()), seconds, &error),
        &createrepo_free_text);
    if (!repomd) {
        throw PublishError("Cannot make repomd.xml of " + directory.string() + ": " +
                           error.message + ".");
    }
    return repomd.get();
}

}  // namespace

void write_repo(const std::filesystem::path& directory,
                std::vector<RepoPackage> packages,
                TimePoint time,
                const MetadataCache& cache,
                std::span<const ExtraMetadata> extras) {
    static std::mutex
        library_mutex;  // libcreaterepo_c has one rpm transaction for the whole process
    const std::lock_guard lock(library_mutex);

    const std::filesystem::path repodata = directory / "repodata";
    std::filesystem::create_directories(repodata);
    std::ranges::sort(packages, {}, &RepoPackage::filename);

    std::array files{MetadataFile(repodata, 0, packages.size()),
                     MetadataFile(repodata, 1, packages.size()),
                     MetadataFile(repodata, 2, packages.size())};
    for (const std::span<const RepoPackage> run : shards_of(packages)) {
        const MetadataShard shard = cache.shard(run, directory);
        for (std::size_t kind = 0; kind < kMetadataKinds; ++kind)
            files.at(kind).add(shard.at(kind));
    }
    for (MetadataFile& file : files) file.finish();
    std::vector<ExtraFile> extra_files;
    for (const ExtraMetadata& extra : extras) extra_files.emplace_back(repodata, extra);
    os::write_file_atomically(repodata / "repomd.xml",
                              repomd_of(files, extra_files, directory, time));
    cache.prune();
}

}  // namespace terrace::publish
