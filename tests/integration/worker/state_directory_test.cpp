#include "worker/app/state_directory.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

MockSettings settings_in(const std::filesystem::path& directory) {
    MockSettings settings;
    settings.command = {"/bin/sh", "-c", "echo \"$@\" >> " + (directory / "calls").string(),
                        "mock"};
    settings.configs = "/configs";
    settings.base_directory = directory / "state/mock";
    settings.cache_directory = directory / "state/mock-cache";
    return settings;
}

TEST_CASE("two workers never share a state directory") {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "state";
    const MockSettings settings = settings_in(directory.path());
    {
        const StateDirectory first(path, settings, {});
        CHECK_THROWS_AS(StateDirectory(path, settings, {}), std::runtime_error);
    }
    CHECK_NOTHROW(StateDirectory(path, settings, {}));
}

TEST_CASE("build roots and files of an earlier life are removed at the start") {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "state";
    const MockSettings settings = settings_in(directory.path());
    {
        StateDirectory killed(path, settings, {});
        const auto attempt = killed.make_attempt(AttemptId{7}, {"alpha-0", {}, path});
        std::ofstream(attempt / "attempt.cfg") << "# a configuration\n";
        for (const char* root : {"mini-alpha-0", "mini-alpha-0-b", "mini-beta-0-a"}) {
            std::filesystem::create_directory(settings.base_directory / root);
        }
        killed.make_attempt(AttemptId{8},
                            {"alpha-1", {}, path});  // not yet far enough to have a build root
    }
    StateDirectory state(path, settings, {});
    state.remove_leftovers();
    CHECK(std::filesystem::is_empty(path / "attempts"));
    // What this mock does not remove: root does it itself.
    CHECK(std::filesystem::is_empty(settings.base_directory) == (::geteuid() == 0));
    const std::string calls = os::read_file(directory.path() / "calls");
    CHECK(calls.find("--uniqueext alpha-0 --orphanskill\n") != std::string::npos);
    CHECK(calls.find("--uniqueext alpha-0 --clean\n") != std::string::npos);
    CHECK(calls.find("--uniqueext alpha-0-b --clean\n") != std::string::npos);
    CHECK(calls.find("alpha-0-a") == std::string::npos);  // that twin was never made
    CHECK(calls.find("alpha-1") == std::string::npos);
}

TEST_CASE("an attempt's directory is empty at its start and gone at its end") {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "state";
    StateDirectory state(path, settings_in(directory.path()), {});
    const auto attempt = state.make_attempt(AttemptId{7}, {"alpha-0", {}, path});
    std::ofstream(attempt / "old") << "x";
    CHECK(state.make_attempt(AttemptId{7}, {"alpha-0", {}, path}) == attempt);
    CHECK_FALSE(std::filesystem::exists(attempt / "old"));
    CHECK(std::filesystem::is_directory(StateDirectory::paths_of(attempt, "alpha-0").results));
    state.remove_attempt(AttemptId{7});
    CHECK_FALSE(std::filesystem::exists(attempt));
}

}  // namespace
}  // namespace terrace::worker
