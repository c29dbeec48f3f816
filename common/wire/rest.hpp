#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/gate.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/priority.hpp"

/// What people and programs send to the scheduler's REST API; answers to GET are rows in the words
/// of the schema (docs/api.md).
namespace terrace::wire {

/// POST /v1/seeds: freeze these repositories as the release's seed.
struct SeedRequest {
    std::string release;
    std::vector<std::string> urls;
};
BOOST_DESCRIBE_STRUCT(SeedRequest, (), (release, urls))

/// One SRPM that was uploaded as an object before.
struct UploadedSrpm {
    std::string filename;
    Digest digest;
};
BOOST_DESCRIBE_STRUCT(UploadedSrpm, (), (filename, digest))

/// POST /v1/package-sets
struct ImportRequest {
    std::string release;
    std::vector<UploadedSrpm> srpms;
};
BOOST_DESCRIBE_STRUCT(ImportRequest, (), (release, srpms))

/// POST /v1/rebuilds. Empty lists and strings mean "all" and "the release's default".
struct RebuildRequest {
    std::string release;
    std::vector<std::string> packages;
    std::vector<std::string> variants;
    Mode mode = Mode::flat;
    std::string stream;
    PriorityClass priority = PriorityClass::normal;
    double share = 1;  ///< of the fleet, relative to the other rebuilds of its class
    std::optional<std::int64_t> confirm;  ///< the number of builds, where the farm asks for it
    /// Build again what failed there, or what took code in there; the rest is as in that rebuild.
    std::optional<std::int64_t> retry_of;
    std::optional<std::int64_t> second_pass_of;
};
BOOST_DESCRIBE_STRUCT(
    RebuildRequest,
    (),
    (release, packages, variants, mode, stream, priority, share, confirm, retry_of, second_pass_of))

/// POST /v1/waivers
struct WaiverRequest {
    std::string release;
    std::string package;
    std::string variant;
    GateStage stage = GateStage::verdict;
    std::string author;
    std::string reason;
    TimePoint expires_at{};
};
BOOST_DESCRIBE_STRUCT(WaiverRequest,
                      (),
                      (release, package, variant, stage, author, reason, expires_at))

/// POST /v1/rebuilds/ID/gate/policy-test
struct PolicyTestRequest {
    std::string policy;  ///< YAML: the `gate` of a release file
};
BOOST_DESCRIBE_STRUCT(PolicyTestRequest, (), (policy))

/// POST /v1/waivers/ID/revoke
struct RevokeRequest {
    std::string author;
};
BOOST_DESCRIBE_STRUCT(RevokeRequest, (), (author))

/// POST /v1/workers/NAME/{enable,drain,disable,quarantine}. The last two need a reason. `now`: what
/// the worker runs is handed back, and tried elsewhere.
struct AdmissionRequest {
    std::string reason;
    bool now = false;
};
BOOST_DESCRIBE_STRUCT(AdmissionRequest, (), (reason, now))

/// The answer to a POST that made something.
struct Created {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(Created, (), (id))

/// The body of every answer that is not a success.
struct Failure {
    std::string error;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (error))

}  // namespace terrace::wire
