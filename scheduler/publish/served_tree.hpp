#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "scheduler/publish/steps.hpp"

/// What the readers of a stream see: below a release's directory (compose_tree.hpp)
///     served/STREAM/NUMBER/     a compose, and beside its files those that late readers still want
///     streams/STREAM         -> ../served/STREAM/NUMBER
/// A reader who fetched repomd.xml through a stream goes on to fetch what it named; the stream may
/// have moved meanwhile, forwards or back. So each served tree also has, unlisted, the metadata and
/// packages of the composes that the stream showed lately. All of it is hard links. What depends on
/// the stream's name belongs here: a compose does not know where it will be promoted to.
namespace terrace::publish {

struct ServedTree {
    std::string stream;
    StreamMoveId number;  ///< the move that brings the stream there
    ComposeId compose;
    std::vector<ComposeId> late;  ///< whose readers still find their files; those gone are left out
    std::size_t trees_kept = 1;   ///< of the stream; older ones are removed once it has moved
};

/// Makes served/STREAM/NUMBER, all of it and synced, or nothing. Nothing to do if it is there.
/// Throws PublishError, also when it was stopped early, and std::system_error. @pre the compose is
/// there
void make_served_tree(const std::filesystem::path& release_directory,
                      const ServedTree& tree,
                      const Steps& steps);

/// Points streams/STREAM to a served tree, by one rename. Throws std::system_error.
/// @pre the served tree is there
void move_stream(const std::filesystem::path& release_directory,
                 const std::string& stream,
                 StreamMoveId number,
                 const Steps& steps);

/// Whether the stream points to that tree, durably: a move whose end was never recorded is started
/// once more. Throws std::system_error.
bool is_shown(const std::filesystem::path& release_directory,
              const std::string& stream,
              StreamMoveId number);

/// Removes the served trees of a stream but the `kept` newest and the one that it points to: a
/// reader may be on the way through an older link. @pre kept > 0
void remove_old_served_trees(const std::filesystem::path& release_directory,
                             const std::string& stream,
                             std::size_t kept,
                             const Steps& steps);

}  // namespace terrace::publish
