#include "scheduler/publish/steps.hpp"

#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {

void Steps::next(std::string_view step) const {
    if (stop_.stop_requested()) {
        throw PublishError("The scheduler was stopped before the compose was complete.");
    }
    if (hook_) hook_(step);
}

}  // namespace terrace::publish
