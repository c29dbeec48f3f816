#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scheduler/http/services.hpp"

namespace terrace::rest {

/// Files by name and digest.
using NamedDigests = std::vector<std::pair<std::string, Digest>>;

/// An error that names the first file whose object is not there. For blocking threads.
Result<void> check_uploaded(Objects& objects, const NamedDigests& files);

}  // namespace terrace::rest
