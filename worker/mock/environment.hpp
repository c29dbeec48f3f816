#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace terrace::worker {

/// Who builds, and how left-over processes are recognised.
struct MockUser {
    int uid = -1;  ///< mock drops root's rights to this user; -1: the worker is not root
    std::filesystem::path state;  ///< the worker's state directory, which is its alone
};

/// The environment of every mock of this worker.
std::map<std::string, std::string> mock_environment(const MockUser& user);

/// Makes `directory` one that mock may fill as its user. Throws std::system_error.
void give_to_mock_user(const MockUser& user, const std::filesystem::path& directory);

/// Kills every process that was started with mock_environment(user) and still has it: what an
/// earlier life of this worker, killed without warning, left running. @return how many there were
int kill_leftover_mocks(const MockUser& user);

}  // namespace terrace::worker
