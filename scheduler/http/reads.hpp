#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/time.hpp"

/// What the API reads from the database, and the parameters of its lists (docs/api.md).
namespace terrace::rest {

/// Rows with an id above `after`, at most `limit` of them.
struct Page {
    std::int64_t after = 0;
    std::int64_t limit = 1000;
};
BOOST_DESCRIBE_STRUCT(Page, (), (after, limit))

inline constexpr std::int64_t kLimitMax = 10'000;

/// An empty filter lets everything pass.
struct ReleaseFilter : Page {
    std::string release;
};
BOOST_DESCRIBE_STRUCT(ReleaseFilter, (Page), (release))

struct BuildFilter : Page {
    std::optional<std::int64_t> rebuild;
    std::string state;
    std::string variant;
    std::string package;
};
BOOST_DESCRIBE_STRUCT(BuildFilter, (Page), (rebuild, state, variant, package))

struct ComparisonFilter : Page {
    std::optional<std::int64_t> rebuild;
    std::string kind = "ab";  ///< or "aa": baselines against themselves
};
BOOST_DESCRIBE_STRUCT(ComparisonFilter, (Page), (rebuild, kind))

struct ComposeFilter : Page {
    std::string release;
    std::string stream;
};
BOOST_DESCRIBE_STRUCT(ComposeFilter, (Page), (release, stream))

struct AttemptEnd {
    TimePoint ended_at{};
    Outcome outcome = Outcome::ok;
};
using AttemptEnds = std::map<AttemptId, std::optional<AttemptEnd>>;  ///< nullopt: it runs

/// Answers as JSON text; nullopt: no such row. Called from several blocking threads at once; throws
/// when the database is away.
class Reads {
public:
    virtual ~Reads() = default;
    virtual std::string status() = 0;
    virtual std::string workers(const Page& page) = 0;
    virtual std::optional<std::string> worker(const std::string& name) = 0;
    virtual std::string package_sets(const ReleaseFilter& filter) = 0;
    virtual std::string packages(const ReleaseFilter& filter) = 0;
    virtual std::string seeds(const ReleaseFilter& filter) = 0;
    virtual std::string rebuilds(const ReleaseFilter& filter) = 0;
    virtual std::optional<std::string> rebuild(RebuildId id) = 0;
    virtual std::string builds(const BuildFilter& filter) = 0;
    virtual std::optional<std::string> build(BuildId id) = 0;
    /// Of those attempts that there are.
    virtual AttemptEnds attempt_ends(const std::vector<AttemptId>& ids) = 0;
    virtual std::optional<std::string> build_audit(BuildId id) = 0;
    virtual std::optional<std::string> buildroot(const std::string& id) = 0;
    virtual std::string comparisons(const ComparisonFilter& filter) = 0;
    virtual std::optional<std::string> comparison(ComparisonId id) = 0;
    /// A core::ComparedRebuild.
    virtual std::optional<std::string> gate_costs(RebuildId rebuild) = 0;
    /// An array of core::SelfComparison; an empty release: of all.
    virtual std::string self_comparisons(const std::string& release) = 0;
    virtual std::string composes(const ComposeFilter& filter) = 0;
    virtual std::optional<std::string> compose(ComposeId id) = 0;
    virtual std::optional<std::string> compose_diff(ComposeId before, ComposeId after) = 0;
    virtual std::string streams(const ReleaseFilter& filter) = 0;
    virtual std::string stream_moves(const ComposeFilter& filter) = 0;
    virtual std::optional<std::string> stream_move(StreamMoveId id) = 0;
};

}  // namespace terrace::rest
