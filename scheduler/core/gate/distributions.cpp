#include "scheduler/core/gate/distributions.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace terrace::core {
namespace {

using boost::math::complement;
// Computed as double: the 80-bit format that Boost takes otherwise adds no digit that matters, and
// takes several times as long.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using Student = boost::math::students_t_distribution<double, Policy>;

}  // namespace

double normal_cdf(double z) {
    return boost::math::cdf(Normal(), z);
}

double normal_upper(double z) {
    return boost::math::cdf(complement(Normal(), z));
}

double normal_quantile(double p) {
    return boost::math::quantile(Normal(), p);
}

double normal_upper_quantile(double p) {
    return boost::math::quantile(complement(Normal(), p));
}

double student_upper(double t, double degrees_of_freedom) {
    return boost::math::cdf(complement(Student(degrees_of_freedom), t));
}

double student_upper_quantile(double p, double degrees_of_freedom) {
    return boost::math::quantile(complement(Student(degrees_of_freedom), p));
}

double normal_score(double t, double degrees_of_freedom) {
    const double tail = student_upper(std::abs(t), degrees_of_freedom);
    const double tail_min = normal_upper(kScoreMax);
    const double score = tail > tail_min ? normal_upper_quantile(tail) : kScoreMax;
    return std::copysign(score, t);
}

}  // namespace terrace::core
