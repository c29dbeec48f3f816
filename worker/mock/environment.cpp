#include "worker/mock/environment.hpp"

#include <array>
#include <system_error>

#include "common/os/child_process.hpp"

namespace terrace::worker {
namespace {

constexpr const char* kWorkerMark = "TERRACE_WORKER_STATE";
constexpr const char* kSlotMark = "TERRACE_SLOT";
constexpr std::array kEndings = {"", "-a", "-b"};  // of a build; the twins of a comparison

std::string slot_mark(const Slot& slot) {
    return slot.state.string() + ":" + slot.unique_ext;
}

}  // namespace

std::map<std::string, std::string> mock_environment(const Slot& slot) {
    std::map<std::string, std::string> environment = os::current_environment();
    // The log rules read what dnf and rpm say, so they must say it in English.
    environment["LC_ALL"] = "C.UTF-8";
    environment.erase("LANGUAGE");
    if (slot.user.uid >= 0) environment["SUDO_UID"] = std::to_string(slot.user.uid);
    environment[kWorkerMark] = slot.state.string();
    environment[kSlotMark] = slot_mark(slot);
    return environment;
}

std::vector<std::filesystem::path> build_roots_of(const std::string& unique_ext,
                                                  const std::filesystem::path& base_directory) {
    std::vector<std::filesystem::path> roots;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(base_directory, missing)) {
        const std::string name = entry.path().filename().string();
        for (const char* ending : kEndings) {
            if (name.ends_with("-" + unique_ext + ending) && entry.is_directory() &&
                !entry.is_symlink())
                roots.push_back(entry.path());
        }
    }
    return roots;
}

std::vector<std::filesystem::path> overlay_layers(const std::filesystem::path& base_dir) {
    std::vector<std::filesystem::path> layers;
    std::error_code missing;
    for (const auto& config : std::filesystem::directory_iterator(base_dir, missing)) {
        for (const auto& layer :
             std::filesystem::directory_iterator(config.path() / "layers", missing))
            layers.push_back(layer.path() / "fs");
    }
    return layers;
}

sandbox::ProcessMarks marks_of_slot(const Slot& slot, const std::filesystem::path& base_directory) {
    sandbox::ProcessMarks marks;
    marks.environment = std::string(kSlotMark) + "=" + slot_mark(slot);
    if (slot.user.uid >= 0) marks.uids.insert(slot.user.uid);
    marks.roots = build_roots_of(slot.unique_ext, base_directory);
    return marks;
}

sandbox::ProcessMarks marks_of_worker(const std::filesystem::path& state,
                                      const std::vector<sandbox::SlotUser>& users,
                                      const std::filesystem::path& base_directory) {
    sandbox::ProcessMarks marks;
    marks.environment = std::string(kWorkerMark) + "=" + state.string();
    for (const sandbox::SlotUser& user : users) {
        if (user.uid >= 0) marks.uids.insert(user.uid);
    }
    marks.roots = {base_directory};
    return marks;
}

}  // namespace terrace::worker
