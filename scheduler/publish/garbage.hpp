#pragma once

#include <filesystem>

#include "common/wire/repo_reports.hpp"
#include "scheduler/core/event.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/steps.hpp"

namespace terrace::publish {

/// Removes from disk what `plan` does not name: composes, served trees, what crashes left of
/// either, and objects. An object stays if the plan or the manifest of a compose that stays names
/// it, if it is the signed form of one of those or the provenance of any build, if a tree that
/// stays links it, if it is younger than the plan says, or if somebody was told lately that it is
/// there (ObjectStore::claim). So it removes the same whatever was removed before, and what came
/// after the plan was made is safe. @return what was removed, or would be with `plan.dry_run`.
/// Throws PublishError when it was stopped, and std::system_error; the next one goes on.
///
/// @pre nothing is being published meanwhile: on the publisher's thread
wire::GarbageReport remove_garbage(const ObjectStore& store,
                                   const std::filesystem::path& published_root,
                                   const core::GarbagePlan& plan,
                                   const Steps& steps);

}  // namespace terrace::publish
