#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/core/event.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/served_tree.hpp"

namespace terrace::testing {

inline const std::vector<std::string> kRepos = {"source", "x86_64/debug", "x86_64/os",
                                                "x86_64_v3/debug", "x86_64_v3/os"};

/// Compose `id` of release f45 for the stream `testing`, with every repo and no package.
inline core::RunCompose an_order(std::int64_t id) {
    core::RunCompose order;
    order.compose.id = ComposeId{id};
    order.compose.release = "f45";
    order.compose.rebuild = RebuildId{3};
    order.compose.stream = "testing";
    order.compose.created_at = TimePoint(std::chrono::seconds(1'700'000'000 + id));
    order.repos = kRepos;
    order.move = StreamMoveId{id};
    return order;
}

inline core::ComposePackage a_package(const std::string& repo,
                                      const std::string& filename,
                                      const Digest& digest) {
    core::ComposePackage package;
    package.repo = repo;
    package.filename = filename;
    package.digest = digest;
    package.source = filename.substr(0, filename.find('-'));
    package.build = BuildId{17};
    return package;
}

/// Moves the stream `testing` to a compose, as served tree `number`.
inline void show(const std::filesystem::path& release,
                 std::int64_t number,
                 std::int64_t compose,
                 const std::vector<std::int64_t>& late = {}) {
    publish::ServedTree tree{"testing", StreamMoveId{number}, ComposeId{compose}, {}};
    for (const std::int64_t id : late) tree.late.push_back(ComposeId{id});
    publish::make_served_tree(release, tree, {});
    publish::move_stream(release, tree.stream, tree.number, {});
}

/// An object of that content.
inline Digest put_object(const publish::ObjectStore& store, const std::string& content) {
    Digest digest = os::sha256_of_text(content);
    publish::ObjectStore::Upload upload(store, digest);
    upload.append(content);
    upload.finish().value();
    return digest;
}

}  // namespace terrace::testing
