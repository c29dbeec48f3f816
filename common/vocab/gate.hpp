#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/time.hpp"

/// The gate of one source package and variant, as the farm shows it.
namespace terrace {

/// In their order. A stage that is not passed or waived holds the variant back.
enum class GateStage { build, check, parity, audit, identity, comparison, verdict, abi_group };
BOOST_DESCRIBE_ENUM(
    GateStage, build, check, parity, audit, identity, comparison, verdict, abi_group)

/// `missing` is never the same as failed: nothing was asked, or nothing can answer.
enum class StageState { missing, queued, running, passed, failed, waived };
BOOST_DESCRIBE_ENUM(StageState, missing, queued, running, passed, failed, waived)

struct StageResult {
    GateStage stage = GateStage::build;
    StageState state = StageState::missing;
    std::optional<StageState> was = {};   ///< of a waived one: what it was without
    std::optional<WaiverId> waiver = {};  ///< that was applied
    std::string reason;                   ///< a full sentence
    friend bool operator==(const StageResult&, const StageResult&) = default;
};
BOOST_DESCRIBE_STRUCT(StageResult, (), (stage, state, was, waiver, reason))

/// `open`: some stage may still change by itself.
enum class GateAnswer { open, ships, held };
BOOST_DESCRIBE_ENUM(GateAnswer, open, ships, held)

struct GateRow {
    RebuildId rebuild;
    std::string package;
    std::string variant;
    GateAnswer answer = GateAnswer::open;
    std::vector<StageResult> stages;
    friend bool operator==(const GateRow&, const GateRow&) = default;
};
BOOST_DESCRIBE_STRUCT(GateRow, (), (rebuild, package, variant, answer, stages))

/// A person's word that one stage of one package and variant of a release need not pass, until it
/// expires or is revoked. Never deleted: the rows are the audit trail.
struct Waiver {
    WaiverId id;
    std::string release;
    std::string package;
    std::string variant;
    GateStage stage = GateStage::verdict;
    std::string author;
    std::string reason;
    TimePoint created_at{};
    TimePoint expires_at{};
    std::optional<TimePoint> revoked_at;
    std::string revoked_by;
    friend bool operator==(const Waiver&, const Waiver&) = default;
};
BOOST_DESCRIBE_STRUCT(Waiver,
                      (),
                      (id,
                       release,
                       package,
                       variant,
                       stage,
                       author,
                       reason,
                       created_at,
                       expires_at,
                       revoked_at,
                       revoked_by))

}  // namespace terrace
