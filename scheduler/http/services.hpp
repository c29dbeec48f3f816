#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/seed.hpp"
#include "common/wire/repo_reports.hpp"
#include "common/wire/rest.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"
#include "scheduler/http/ask.hpp"
#include "scheduler/http/blocking_pool.hpp"
#include "scheduler/http/log_keeping.hpp"
#include "scheduler/http/log_store.hpp"
#include "scheduler/http/reads.hpp"
#include "scheduler/http/router.hpp"
#include "scheduler/http/work_signal.hpp"

/// What the resources need from the rest of the scheduler. main() wires it.
namespace terrace::rest {

/// Bytes by their digest. For blocking threads, several at once; throws std::system_error when the
/// disk fails.
class Objects {
public:
    virtual ~Objects() = default;
    /// nullopt: not there.
    virtual std::optional<std::uint64_t> size_of(const Digest& digest) = 0;
    /// @pre it is there
    virtual std::filesystem::path path_of(const Digest& digest) = 0;
    /// Keeps nothing unless finish() succeeds.
    virtual std::unique_ptr<UploadSink> open_upload(const Digest& digest) = 0;

    /// An attempt's upload outlives its connection: the bytes of it that are here.
    virtual std::uint64_t bytes_held(const Digest& digest, AttemptId attempt) = 0;
    /// Goes on with it at `offset`, which must be bytes_held(), or anew at 0. Whoever was at it
    /// before is refused from now on.
    virtual Result<std::unique_ptr<UploadSink>> resume_upload(const Digest& digest,
                                                              AttemptId attempt,
                                                              std::uint64_t offset) = 0;
    /// The attempts of which something is held, by id.
    virtual std::vector<AttemptId> attempts_uploading() = 0;
    virtual void drop_uploads(AttemptId attempt) = 0;
};

/// What is published beside packages (docs/api.md). For blocking threads, several at once; throws
/// when the disk fails.
class Publications {
public:
    virtual ~Publications() = default;
    /// JSON of wire::ClientConfig. `variant`: whose repo is enabled, too; empty: none.
    virtual Result<std::string> client_config(const std::string& release,
                                              const std::string& stream,
                                              const std::string& variant) = 0;
    /// JSON of wire::BuildProvenance. `identity` is the build's.
    virtual Result<std::string> provenance(BuildId build, const std::string& identity) = 0;
    /// A file of SPDX.
    virtual Result<FilePart> sbom(const std::string& release, ComposeId compose) = 0;
};

/// A seed's id and its repositories.
using FrozenSeed = std::pair<Digest, std::vector<SeedRepo>>;

/// Both are called on blocking threads and may take minutes.
struct Intake {
    /// @pre every SRPM is an object
    std::function<Result<std::vector<core::SourcePackage>>(std::vector<wire::UploadedSrpm>)>
        read_srpms;
    std::function<Result<FrozenSeed>(std::vector<std::string> urls)> freeze;
};

/// Looks after what is published. Called on blocking threads; may take hours where there is much.
/// Errc::conflict while another one runs that must not run beside it.
struct RepoCare {
    std::function<Result<wire::GarbageReport>(core::GarbagePlan)> collect;
    std::function<Result<wire::FsckReport>(core::RepoState)> fsck;
    std::function<Result<wire::VerifyReport>(
        std::string release, std::string stream, core::RepoState)>
        verify;
};

/// How much one request may bring, in bytes.
struct BodyLimits {
    std::uint64_t json = std::uint64_t{8} << 20;
    std::uint64_t log_piece = std::uint64_t{1} << 20;
    std::uint64_t object = std::uint64_t{4} << 30;
};

/// All of it outlives the io_context.
struct Services {
    const core::FarmConfig& farm;
    PostCommand post;
    Reads& reads;
    Objects& objects;
    Publications& publications;
    LogStore& logs;
    LogKeeping log_keeping;
    Intake intake;
    RepoCare repos;
    /// A gate's policy in YAML, as a release file has it. For blocking threads.
    std::function<Result<core::GatePolicy>(std::string yaml)> parse_gate_policy;
    BlockingPool& read_pool;    ///< queries
    BlockingPool& file_pool;    ///< objects and logs
    BlockingPool& intake_pool;  ///< what takes long
    BlockingPool& repo_pool;    ///< what takes longer
    WorkSignal& work;
    BodyLimits limits;
};

}  // namespace terrace::rest
