#pragma once

#include <map>
#include <string>

#include "common/runtime/yaml_reader.hpp"
#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// The release file's `packages`: a list of rules, one for a source package. Throws
/// runtime::ConfigError.
std::map<std::string, core::PackageRule> read_package_rules(runtime::YamlMap& release_file,
                                                            const core::ReleaseSpec& release);

}  // namespace terrace::scheduler
