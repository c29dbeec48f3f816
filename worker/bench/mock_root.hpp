#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/result.hpp"
#include "worker/bench/comparison_context.hpp"

namespace terrace::bench {

/// One build root, through mock's command line alone. The destructor removes it. Every call blocks;
/// a comparison that is cancelled (Errc::conflict) or over its time (Errc::unavailable) ends mock
/// and all of its children.
class MockRoot {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// `side` is for messages: "baseline" or "variant". `context` outlives the root.
    MockRoot(const ComparisonContext& context,
             std::string side,
             std::string unique_ext,
             Deadline deadline);
    ~MockRoot();
    MockRoot(const MockRoot&) = delete;
    MockRoot& operator=(const MockRoot&) = delete;

    const std::string& side() const { return side_; }

    /// Makes it anew. A failure is Errc::unavailable: the package has had no part in it yet.
    Result<void> init();
    /// Packages by name or file; a failure is Errc::invalid_argument, since the rest comes from a
    /// frozen seed.
    Result<void> install(const std::vector<std::filesystem::path>& rpms);
    /// `directory` becomes `target`, which must not exist.
    Result<void> copy_in(const std::filesystem::path& directory, const std::string& target);
    /// Runs a command line of /bin/sh as root and returns the end of what mock printed. The exit
    /// code says little, since mock has its own for a command that fails: what ran must print how
    /// it went.
    Result<std::string> run(const std::string& command_line);

private:
    struct MockExit {
        int exit_code = 0;
        std::string output;
    };

    Result<MockExit> call(const std::vector<std::string>& arguments, bool may_stop = true);
    Result<void> call_or_fail(const std::vector<std::string>& arguments, Errc code);
    void clean();

    const ComparisonContext& context_;
    std::string side_;
    std::string unique_ext_;
    Deadline deadline_;
    bool was_stopped_ = false;
};

}  // namespace terrace::bench
