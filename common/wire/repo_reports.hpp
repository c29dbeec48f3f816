#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"

/// What the commands that look at, or clean up, published repositories ask and answer.
namespace terrace::wire {

/// POST /v1/streams/RELEASE/NAME/promote
struct PromoteRequest {
    std::int64_t compose = 0;
    bool hurt_allowed = false;  ///< it moves whatever the check of its clients says
};
BOOST_DESCRIBE_STRUCT(PromoteRequest, (), (compose, hurt_allowed))

/// POST /v1/streams/RELEASE/NAME/rollback. Without `to`: the compose before.
struct RollbackRequest {
    std::optional<std::int64_t> to;
    bool hurt_allowed = false;  ///< as above
};
BOOST_DESCRIBE_STRUCT(RollbackRequest, (), (to, hurt_allowed))

/// POST /v1/repos/gc
struct GarbageRequest {
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(GarbageRequest, (), (dry_run))

struct RemovedCompose {
    std::string release;
    std::int64_t id = 0;
    friend bool operator==(const RemovedCompose&, const RemovedCompose&) = default;
};
BOOST_DESCRIBE_STRUCT(RemovedCompose, (), (release, id))

/// What was removed, or would be.
struct GarbageReport {
    bool dry_run = false;
    std::vector<RemovedCompose> composes;  ///< trees on disk
    std::int64_t served_trees = 0;
    std::int64_t builds = 0;  ///< whose packages are no longer to be reused
    std::int64_t objects = 0;
    std::int64_t bytes = 0;  ///< of these objects
};
BOOST_DESCRIBE_STRUCT(GarbageReport, (), (dry_run, composes, served_trees, builds, objects, bytes))

struct RepoProblem {
    std::string path;
    std::string what;  ///< a sentence, with the remedy where there is one
    friend bool operator==(const RepoProblem&, const RepoProblem&) = default;
};
BOOST_DESCRIBE_STRUCT(RepoProblem, (), (path, what))

/// What was looked at, and what is wrong with it.
struct FsckReport {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
    std::int64_t composes = 0;
    std::int64_t files = 0;  ///< of these composes and of streams
    std::int64_t streams = 0;
    std::int64_t signatures = 0;        ///< that were checked, of packages and metadata
    std::vector<RepoProblem> problems;  ///< the first hundreds
};
BOOST_DESCRIBE_STRUCT(FsckReport,
                      (),
                      (objects, bytes, composes, files, streams, signatures, problems))

/// What a client of a stream would download, all of it.
struct VerifyReport {
    std::string release;
    std::string stream;
    std::int64_t compose = 0;
    std::int64_t repos = 0;
    std::int64_t packages = 0;
    std::int64_t bytes = 0;
    std::int64_t signatures = 0;  ///< that were checked; none of an unsigned release
    std::vector<RepoProblem> problems;
};
BOOST_DESCRIBE_STRUCT(VerifyReport,
                      (),
                      (release, stream, compose, repos, packages, bytes, signatures, problems))

}  // namespace terrace::wire
