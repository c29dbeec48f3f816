#pragma once

#include <compare>
#include <cstdint>

namespace terrace {

/// Small, comparable, and not to be mixed up: a row number of one table only. 0 means "none yet".
template <class Tag>
struct Id {
    std::int64_t value = 0;
    friend auto operator<=>(const Id&, const Id&) = default;
};

using PackageSetId = Id<struct PackageSetTag>;
using SourcePackageId = Id<struct SourcePackageTag>;
using WorkerId = Id<struct WorkerTag>;
using RebuildId = Id<struct RebuildTag>;
using BuildId = Id<struct BuildTag>;
using ComparisonId = Id<struct ComparisonTag>;
using AttemptId = Id<struct AttemptTag>;
using ComposeId = Id<struct ComposeTag>;
using WaiverId = Id<struct WaiverTag>;
using StreamMoveId = Id<struct StreamMoveTag>;

}  // namespace terrace
