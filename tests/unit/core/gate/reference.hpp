#pragma once

#include <string>
#include <vector>

namespace terrace::core {

/// The numbers under this name in tests/data/statistics/reference.tsv, which R has computed.
/// Throws where there are none.
const std::vector<double>& reference(const std::string& name);

/// Neither the absolute nor the relative difference is above 1e-6.
bool close(double value, double expected);
bool close(const std::vector<double>& values, const std::vector<double>& expected);

}  // namespace terrace::core
