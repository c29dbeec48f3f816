#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/seed.hpp"
#include "common/vocab/time.hpp"
#include "common/vocab/worker_hello.hpp"

namespace terrace::publish {

/// What the database knows of how a build was made.
struct BuildFacts {
    BuildId id;
    RebuildId rebuild;
    std::string release;
    std::string package;
    std::string variant;
    std::string identity;
    std::string dist;
    std::string mode;
    std::string srpm_name;
    Digest srpm_digest;
    Digest seed;
    std::vector<SeedRepo> seed_repos;
    std::optional<AttemptId> attempt;  ///< the one that succeeded
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> ended_at;
    WorkerHello host;                    ///< of its worker, when it last registered
    std::vector<std::string> buildroot;  ///< NEVRAs
};
BOOST_DESCRIBE_STRUCT(BuildFacts,
                      (),
                      (id,
                       rebuild,
                       release,
                       package,
                       variant,
                       identity,
                       dist,
                       mode,
                       srpm_name,
                       srpm_digest,
                       seed,
                       seed_repos,
                       attempt,
                       started_at,
                       ended_at,
                       host,
                       buildroot))

/// An RPM that a rebuild's builds for one variant made, or took from an earlier rebuild.
struct RebuiltRpm {
    std::string filename;
    Digest digest;
};
BOOST_DESCRIBE_STRUCT(RebuiltRpm, (), (filename, digest))

/// Answers from the database; throws std::exception when it is away. Used by one thread at a time.
class BuildRecords {
public:
    virtual ~BuildRecords() = default;
    /// @pre there is such a build, and it succeeded
    virtual BuildFacts facts_of(BuildId build) = 0;
    virtual std::vector<RebuiltRpm> rebuilt_rpms(RebuildId rebuild, const std::string& variant) = 0;
};

}  // namespace terrace::publish
