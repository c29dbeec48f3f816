#pragma once

#include <filesystem>
#include <string>

#include "common/wire/repo_reports.hpp"
#include "scheduler/core/event.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/published_signatures.hpp"
#include "scheduler/publish/steps.hpp"

/// Looks at what is published, and changes nothing. From any thread; publishing may go on
/// meanwhile, gc may not. Throws PublishError when it was stopped, and std::system_error where
/// something cannot be looked at.
namespace terrace::publish {

/// Every object against its digest, every file of the composes of `state` against what it should
/// be, every stream against the database and its compose, every signature against the keys of its
/// release. Reads all objects.
wire::FsckReport check_all(const ObjectStore& store,
                           const std::filesystem::path& published_root,
                           const core::RepoState& state,
                           const Steps& steps,
                           const ReadReleaseKeys& read_keys = {});

/// What a client of a stream would get: repomd.xml, the metadata that it names, and every package
/// that primary.xml names, all of them by size and checksum, and by signature where `state` says
/// that its compose is signed. What differs is a problem.
wire::VerifyReport verify_stream(const std::filesystem::path& published_root,
                                 const std::string& release,
                                 const std::string& stream,
                                 const core::RepoState& state,
                                 const Steps& steps,
                                 const ReadReleaseKeys& read_keys = {});

}  // namespace terrace::publish
