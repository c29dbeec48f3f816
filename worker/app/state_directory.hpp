#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/os/unique_fd.hpp"
#include "common/vocab/id.hpp"
#include "worker/core/attempt_plan.hpp"
#include "worker/mock/environment.hpp"

namespace terrace::worker {

/// The worker's state directory, which no other process may use at the same time:
///
///   lock             held while the worker lives
///   attempts/ID/     files of one attempt, removed at its end
///   mock/            mock's build roots
///   mock-cache/      mock's root caches and packages; worth keeping
class StateDirectory {
public:
    /// Makes the directory where needed. `users`: all that the slots build as; empty unless the
    /// worker is root. Throws std::runtime_error if another worker uses it, std::system_error if it
    /// cannot be made.
    StateDirectory(const std::filesystem::path& state,
                   const MockSettings& settings,
                   std::vector<sandbox::SlotUser> users);

    /// Ends and removes everything that an earlier life of this worker has left: processes, mounts,
    /// build roots, files. Throws std::runtime_error if something cannot be got rid of.
    void remove_leftovers();

    /// An empty directory for the attempt's files, with one in it that mock may fill as the slot's
    /// user; nobody else may look into it. What an earlier attempt has left in the slot goes first.
    std::filesystem::path make_attempt(AttemptId attempt, const Slot& slot);
    /// Ends the slot's processes, and removes its mounts and build roots. Throws std::runtime_error
    /// or std::system_error while something of it is still there: the slot is not free then.
    void free_slot(const Slot& slot);
    /// A directory that only the slot's user may read and fill.
    static void make_results(const std::filesystem::path& directory, const Slot& slot);
    void remove_attempt(AttemptId attempt);

    /// Of a directory made by make_attempt(); without an SRPM.
    static AttemptPaths paths_of(const std::filesystem::path& directory,
                                 const std::string& unique_ext);

private:
    std::filesystem::path attempt_path(AttemptId attempt) const;
    void remove_leftover(const std::filesystem::path& directory);
    bool has_build_root(const std::string& unique_ext) const;

    const std::filesystem::path state_;
    const MockSettings settings_;
    const std::vector<sandbox::SlotUser> users_;
    os::UniqueFd lock_;
};

}  // namespace terrace::worker
