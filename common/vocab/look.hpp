#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/digest.hpp"

/// What a worker hands in at each look of a comparison, and what the farm answers.
namespace terrace {

/// What may disturb a measurement, as the host says it. Empty: the host does not say.
struct HostCondition {
    std::string governor;            ///< of the CPU that all runs are pinned to
    std::string turbo;               ///< "on", "off"
    std::string smt;                 ///< "on", "off": whether that CPU shares its core
    std::int64_t load_percent = 0;   ///< load average of the last minute at the end, times 100
    std::int64_t throttled = 0;      ///< how often the CPU was throttled meanwhile
    std::int64_t runs_rejected = 0;  ///< of blocks that broke a rule and were measured again
    friend bool operator==(const HostCondition&, const HostCondition&) = default;
};
BOOST_DESCRIBE_STRUCT(HostCondition,
                      (),
                      (governor, turbo, smt, load_percent, throttled, runs_rejected))

/// The whole pairs from `pairs_done` up to `pairs` of every benchmark.
struct LookReport {
    std::int64_t fence = 0;
    Digest benchmark_digest;  ///< as the order says
    int pairs_done = 0;
    int pairs = 0;
    std::vector<Sample> samples;
    HostCondition host;
    friend bool operator==(const LookReport&, const LookReport&) = default;
};
BOOST_DESCRIBE_STRUCT(LookReport, (), (fence, benchmark_digest, pairs_done, pairs, samples, host))

struct LookAnswer {
    std::optional<int> pairs_next;  ///< go on to so many; none: enough is known
    friend bool operator==(const LookAnswer&, const LookAnswer&) = default;
};
BOOST_DESCRIBE_STRUCT(LookAnswer, (), (pairs_next))

}  // namespace terrace
