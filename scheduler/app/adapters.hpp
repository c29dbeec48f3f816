#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/http/services.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/partial_uploads.hpp"
#include "scheduler/store/pg_read.hpp"

/// The ports of the REST API, on the adapters that do the work.
namespace terrace::scheduler {

/// Queries by as many connections as threads ask at once.
class PgReads final : public rest::Reads {
public:
    PgReads(std::string dsn, std::filesystem::path published, std::string version);

    std::string status() override;
    std::string workers(const rest::Page& page) override;
    std::optional<std::string> worker(const std::string& name) override;
    std::string package_sets(const rest::ReleaseFilter& filter) override;
    std::string packages(const rest::ReleaseFilter& filter) override;
    std::string seeds(const rest::ReleaseFilter& filter) override;
    std::string rebuilds(const rest::ReleaseFilter& filter) override;
    std::optional<std::string> rebuild(RebuildId id) override;
    std::string builds(const rest::BuildFilter& filter) override;
    std::optional<std::string> build(BuildId id) override;
    rest::AttemptEnds attempt_ends(const std::vector<AttemptId>& ids) override;
    std::optional<std::string> build_audit(BuildId id) override;
    std::optional<std::string> buildroot(const std::string& id) override;
    std::string comparisons(const rest::ComparisonFilter& filter) override;
    std::optional<std::string> comparison(ComparisonId id) override;
    std::optional<std::string> gate_costs(RebuildId rebuild) override;
    std::string self_comparisons(const std::string& release) override;
    std::string composes(const rest::ComposeFilter& filter) override;
    std::optional<std::string> compose(ComposeId id) override;
    std::optional<std::string> compose_diff(ComposeId before, ComposeId after) override;
    std::string streams(const rest::ReleaseFilter& filter) override;
    std::string stream_moves(const rest::ComposeFilter& filter) override;
    std::optional<std::string> stream_move(StreamMoveId id) override;

private:
    class Borrowed;

    const std::string dsn_;
    const std::filesystem::path published_;
    const std::string version_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<store::PgRead>> idle_;
};

/// The object store, as the API sees it. `store` must outlive it.
class StoredObjects final : public rest::Objects {
public:
    /// `bytes_max`: of one object.
    StoredObjects(const publish::ObjectStore& store, std::uint64_t bytes_max)
        : store_(store), partial_(store, bytes_max) {}

    std::optional<std::uint64_t> size_of(const Digest& digest) override;
    std::filesystem::path path_of(const Digest& digest) override;
    std::unique_ptr<rest::UploadSink> open_upload(const Digest& digest) override;
    std::uint64_t bytes_held(const Digest& digest, AttemptId attempt) override;
    Result<std::unique_ptr<rest::UploadSink>> resume_upload(const Digest& digest,
                                                            AttemptId attempt,
                                                            std::uint64_t offset) override;
    std::vector<AttemptId> attempts_uploading() override;
    void drop_uploads(AttemptId attempt) override;

private:
    const publish::ObjectStore& store_;
    publish::PartialUploads partial_;
};

/// Reads SRPMs from `store`, which must outlive the intake, and seeds from where their URLs say.
rest::Intake make_intake(const publish::ObjectStore& store);

}  // namespace terrace::scheduler
