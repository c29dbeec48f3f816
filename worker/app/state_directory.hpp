#pragma once

#include <filesystem>
#include <string>

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
    /// Makes the directory where needed. Throws std::runtime_error if another worker uses it,
    /// std::system_error if it cannot be made.
    StateDirectory(const MockUser& user, const MockSettings& settings);

    /// Ends and removes everything that an earlier life of this worker has left: processes, build
    /// roots, files.
    void remove_leftovers();

    /// An empty directory for the attempt's files, with one in it that mock may fill: results_of().
    std::filesystem::path make_attempt(AttemptId attempt, const std::string& unique_ext);
    void remove_attempt(AttemptId attempt);

    /// Of a directory made by make_attempt(); without an SRPM.
    static AttemptPaths paths_of(const std::filesystem::path& directory,
                                 const std::string& unique_ext);

private:
    std::filesystem::path attempt_path(AttemptId attempt) const;
    void remove_leftover(const std::filesystem::path& directory);
    void remove_build_roots(const std::filesystem::path& attempt);

    const MockUser user_;
    const MockSettings settings_;
    os::UniqueFd lock_;
};

}  // namespace terrace::worker
