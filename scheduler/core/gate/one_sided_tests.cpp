#include "scheduler/core/gate/one_sided_tests.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/distributions.hpp"

namespace terrace::core {
namespace {

double t_above(const Moments& moments, double bound) {
    TERRACE_CHECK(moments.count >= 2);
    const double distance = moments.mean - bound;
    const double error = moments.standard_error();
    if (error > 0) return distance / error;
    return distance == 0 ? 0 : std::copysign(std::numeric_limits<double>::max(), distance);
}

}  // namespace

double score_above(const Moments& moments, double bound) {
    return normal_score(t_above(moments, bound), moments.degrees_of_freedom());
}

double p_above(const Moments& moments, double bound) {
    return student_upper(t_above(moments, bound), moments.degrees_of_freedom());
}

double p_equivalence(const Moments& moments, double low, double high) {
    return std::max(p_above(moments, low),
                    student_upper(-t_above(moments, high), moments.degrees_of_freedom()));
}

}  // namespace terrace::core
