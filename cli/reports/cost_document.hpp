#pragma once

#include <optional>

#include "cli/output/document.hpp"
#include "common/vocab/cost_report.hpp"

namespace terrace::cli {

/// The report of `terrace gate report` as people read it: for each variant what shipping it whole
/// costs against shipping it by the gate, what is not known, and every package.
Document cost_document(const CostReport& report, const std::optional<Figure>& forest);

/// "+3.1 %": the speed that a ratio of times is.
std::string format_gain(double ratio);
/// "[+1.0, +5.2]"; a side without a bound is "-" or "+" alone.
std::string format_gain_interval(double low, double high);

}  // namespace terrace::cli
