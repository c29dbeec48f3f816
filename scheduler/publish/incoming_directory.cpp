#include "scheduler/publish/incoming_directory.hpp"

#include <system_error>
#include <utility>

#include "common/os/files.hpp"

namespace terrace::publish {
namespace {

constexpr const char* kSuffix = ".incoming";

void sync_directories(const std::filesystem::path& root) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.is_directory()) os::sync_directory(entry.path());
    }
    os::sync_directory(root);
}

}  // namespace

IncomingDirectory::IncomingDirectory(std::filesystem::path target)
    : target_(std::move(target)), path_(target_) {
    path_ += kSuffix;
    std::filesystem::remove_all(path_);  // a crash left it
    std::filesystem::create_directories(path_);
}

IncomingDirectory::~IncomingDirectory() {
    std::error_code ignored;  // the next attempt removes it, too
    std::filesystem::remove_all(path_, ignored);
}

void IncomingDirectory::publish(const Steps& steps) {
    steps.next("sync the directories");
    sync_directories(path_);
    steps.next("rename the directory");
    std::filesystem::rename(path_, target_);
    steps.next("sync the parent directory");
    os::sync_directory(target_.parent_path());
}

bool IncomingDirectory::is_incoming(const std::filesystem::path& name) {
    return name.extension() == kSuffix;
}

}  // namespace terrace::publish
