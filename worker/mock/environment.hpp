#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "worker/sandbox/slot_processes.hpp"
#include "worker/sandbox/slot_user.hpp"

namespace terrace::worker {

/// One slot of a worker: whom it builds as, and how what it runs is recognised.
struct Slot {
    std::string unique_ext;       ///< of its build roots; a comparison's end in "-a" or "-b"
    sandbox::SlotUser user;       ///< mock drops root's rights to this user
    std::filesystem::path state;  ///< the worker's state directory, which is its alone
};

/// The environment of every mock of this slot.
std::map<std::string, std::string> mock_environment(const Slot& slot);

/// The directories in `base_directory` that are build roots of the slot: mock calls one after its
/// configuration and the extension.
std::vector<std::filesystem::path> build_roots_of(const std::string& unique_ext,
                                                  const std::filesystem::path& base_directory);

/// The directories that mock's overlayfs plugin lays over one another to make a build root; mounted
/// they are by mock alone. @param base_dir the plugin's, or empty
std::vector<std::filesystem::path> overlay_layers(const std::filesystem::path& base_dir);

/// What the slot's processes have: its environment, its user, or a root in one of its build roots.
sandbox::ProcessMarks marks_of_slot(const Slot& slot, const std::filesystem::path& base_directory);

/// The same for a whole worker, whatever names its slots had in an earlier life.
sandbox::ProcessMarks marks_of_worker(const std::filesystem::path& state,
                                      const std::vector<sandbox::SlotUser>& users,
                                      const std::filesystem::path& base_directory);

}  // namespace terrace::worker
