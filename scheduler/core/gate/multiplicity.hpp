#pragma once

#include <span>
#include <vector>

/// Adjusted p-values for many questions at once, in the order of the p-values given: a hypothesis
/// is rejected at a level if its adjusted p-value is not above it.
namespace terrace::core {

/// Controls the probability of any false rejection, whatever the dependence (S. Holm, A Simple
/// Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6, 1979).
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// Controls the expected share of false ones among the rejections, for independent or positively
/// dependent p-values (Y. Benjamini, Y. Hochberg, Controlling the False Discovery Rate, JRSS B 57,
/// 1995; Y. Benjamini, D. Yekutieli, Annals of Statistics 29, 2001).
std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values);

}  // namespace terrace::core
