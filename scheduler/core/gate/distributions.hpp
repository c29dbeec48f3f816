#pragma once

/// The distribution functions of the gate, by Boost.Math: J. Maddock et al., whose errors are a few
/// units in the last place. Upper tails have functions of their own, since 1 - cdf loses all digits
/// just where a look's level is (1e-9).
namespace terrace::core {

double normal_cdf(double z);
double normal_upper(double z);  ///< 1 - cdf
/// @pre 0 < p < 1
double normal_quantile(double p);
/// The z above which a share p lies. @pre 0 < p < 1
double normal_upper_quantile(double p);

/// Student's t. @pre degrees_of_freedom > 0
double student_upper(double t, double degrees_of_freedom);
double student_upper_quantile(double p, double degrees_of_freedom);

/// The normal score of a t statistic: the z with the same tail. Boundaries made for z are so used
/// for small samples: the significance level approach of C. Jennison and B. W. Turnbull, Group
/// Sequential Methods with Applications to Clinical Trials, 2000, section 4.4. Within +-kScoreMax.
double normal_score(double t, double degrees_of_freedom);

/// What a score is held within; its tail is as good as 0.
inline constexpr double kScoreMax = 37;

}  // namespace terrace::core
