#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The dashboard of truth: what comparisons of the baseline with itself have shown of how often the
/// gate is wrong (docs/gate.md).
namespace terrace {

/// A share that was counted, with its exact 95 % interval: C. J. Clopper and E. S. Pearson, The Use
/// of Confidence or Fiducial Limits Illustrated in the Case of the Binomial, Biometrika 26, 1934.
struct Proportion {
    std::int64_t count = 0;
    std::int64_t of = 0;
    double share = 0;  ///< 0 where nothing was counted
    double low = 0;
    double high = 1;
    friend bool operator==(const Proportion&, const Proportion&) = default;
};
BOOST_DESCRIBE_STRUCT(Proportion, (), (count, of, share, low, high))

struct Truth {
    std::string release;                           ///< empty: all
    std::int64_t open = 0;                         ///< comparisons that wait, or are measured
    std::int64_t unmeasured = 0;                   ///< that ended without a measurement
    std::int64_t measured = 0;                     ///< the rest is about these
    std::map<std::string, std::int64_t> verdicts;  ///< how many of each
    Proportion promoted;   ///< said `promote`: false, as there is nothing to gain
    Proportion regressed;  ///< said `regress`: false as well
    Proportion covered;    ///< of the 95 % intervals, one a benchmark: those that hold 1.0
    std::vector<std::string> notes;  ///< how to read it: sentences
    friend bool operator==(const Truth&, const Truth&) = default;
};
BOOST_DESCRIBE_STRUCT(
    Truth, (), (release, open, unmeasured, measured, verdicts, promoted, regressed, covered, notes))

}  // namespace terrace
