#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "scheduler/core/event.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/repo_writer.hpp"
#include "scheduler/publish/steps.hpp"

/// A release on disk, below PUBLISHED/RELEASE:
///     composes/ID/REPO/...        a repository, such as composes/17/x86_64_v3/os: Packages/,
///     repodata/ composes/ID/COMPOSE.json    what is in it, and which build made it
///     composes/ID/SHA256SUMS                see compose_sums.hpp
///     composes/ID.incoming        being made; of no meaning after a crash
///     served/, streams/           what readers see (served_tree.hpp)
namespace terrace::publish {

std::filesystem::path compose_path(const std::filesystem::path& release_directory,
                                   ComposeId compose);

/// What signing adds to a compose; by default nothing, and the compose is unsigned.
struct Attachments {
    SignedPackages signed_packages;
    /// Called for each repo once its metadata is there: to sign it.
    std::function<void(const std::string& repo, const std::filesystem::path& directory)>
        finish_repo = nullptr;
    /// Called with the compose once all else is there, SHA256SUMS among it: to sign that.
    std::function<void(const std::filesystem::path& compose)> finish_compose = nullptr;
};

/// The manifest of the compose that this one starts from; nullopt if there is none, or if it is
/// gone.
std::optional<Manifest> base_of(const std::filesystem::path& release_directory,
                                const core::Compose& compose);

/// Makes composes/ID, all of it and synced, or nothing. If it is there already, only checks that it
/// holds what `order` says. Throws PublishError, also when it was stopped early, and
/// std::system_error.
void make_compose(const ObjectStore& store,
                  const std::filesystem::path& release_directory,
                  const core::RunCompose& order,
                  const Steps& steps,
                  const Attachments& attachments = {});

}  // namespace terrace::publish
