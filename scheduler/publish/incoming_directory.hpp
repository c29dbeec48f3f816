#pragma once

#include <filesystem>

#include "scheduler/publish/steps.hpp"

namespace terrace::publish {

/// A directory tree that comes into being by one rename: PATH.incoming until then, which is removed
/// unless publish() was called. Throws std::system_error.
class IncomingDirectory {
public:
    explicit IncomingDirectory(std::filesystem::path target);
    ~IncomingDirectory();
    IncomingDirectory(const IncomingDirectory&) = delete;
    IncomingDirectory& operator=(const IncomingDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Makes all directories last, then renames. @pre files are synced where they are written
    void publish(const Steps& steps);

    /// Whether that file name is one of a directory that is being made.
    static bool is_incoming(const std::filesystem::path& name);

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
};

}  // namespace terrace::publish
