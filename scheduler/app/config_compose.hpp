#pragma once

#include "common/runtime/yaml_reader.hpp"
#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// The release file's `compose`. Throws runtime::ConfigError.
core::ComposePolicy read_compose_policy(runtime::YamlMap map);

}  // namespace terrace::scheduler
