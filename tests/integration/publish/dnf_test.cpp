#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "tests/integration/publish/sample_rpms.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

std::string run(const std::vector<std::string>& arguments) {
    os::ChildSpec child;
    child.arguments = arguments;
    child.environment = os::current_environment();
    child.environment["LC_ALL"] = "C.UTF-8";
    const os::CapturedRun run = os::run_captured(child, std::chrono::seconds(120));
    INFO(run.output);
    REQUIRE(run.exit_code == 0);
    return run.output;
}

/// What dnf's repoquery says about a repository, with no other and nothing of the host's in sight.
std::string repoquery(const std::filesystem::path& repo, const std::vector<std::string>& options) {
    const os::TemporaryDirectory state;
    std::vector<std::string> arguments = {"dnf",
                                          "--quiet",
                                          "--disableplugin=*",
                                          "--releasever=1",
                                          "--repofrompath=r,file://" + repo.string(),
                                          "--repo=r"};
    for (const char* name : {"cachedir", "persistdir", "logdir"}) {
        arguments.push_back(std::string("--setopt=") + name + "=" + state.path().string());
    }
    arguments.insert(arguments.end(), {"repoquery", "--show-duplicates"});
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run(arguments);
}

const std::vector<std::vector<std::string>> kQueries = {
    {"--queryformat",
     "%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{source_name}|%{sourcerpm}|%{size}|"
     "%{downloadsize}|%{installsize}|%{summary}|%{license}|%{url}|%{buildtime}|%{relativepath}|"
     "%{provides}|%{requires}|%{conflicts}|%{obsoletes}|%{recommends}|%{suggests}|"
     "%{supplements}|%{description}"},
    {"--list"},
    {"--changelogs"},
};

}  // namespace

TEST_CASE("dnf reads in our repositories what it reads in those of createrepo_c") {
    const testing::PublishedTool tool;
    make_compose(tool.store(), tool.release(), tool.order(1, "1.0"), {});
    for (const char* repo : {"x86_64/os", "x86_64_v3/os", "source", "x86_64/debug"}) {
        CAPTURE(repo);
        const std::filesystem::path ours = compose_path(tool.release(), ComposeId{1}) / repo;
        const std::filesystem::path theirs = tool.root() / "theirs" / repo;
        std::filesystem::create_directories(theirs);
        std::filesystem::copy(ours / "Packages", theirs / "Packages",
                              std::filesystem::copy_options::recursive);
        run({"createrepo_c", "--quiet", "--no-database", theirs});
        for (const std::vector<std::string>& query : kQueries) {
            CAPTURE(query.front());
            CHECK(repoquery(ours, query) == repoquery(theirs, query));
        }
    }
}

TEST_CASE("dnf finds a package, its dependencies and its files through the stream") {
    const testing::PublishedTool tool;
    make_compose(tool.store(), tool.release(), tool.order(1, "1.0"), {});
    testing::show(tool.release(), 1, 1);
    const std::filesystem::path repo = tool.stream() / "x86_64/os";
    CHECK(repoquery(repo, {}) == "tool-2:1.0-1.x86_64\ntool-data-2:1.0-1.noarch\n");
    CHECK(repoquery(repo, {"--whatprovides", "virtual(tool)"}) == "tool-2:1.0-1.x86_64\n");
    CHECK(repoquery(repo, {"--whatrequires", "coreutils"}) == "tool-2:1.0-1.x86_64\n");
    CHECK(repoquery(repo, {"--list", "tool-data"}) == "/usr/share/tool\n/usr/share/tool/a & b\n");
    CHECK(repoquery(tool.stream() / "x86_64_v3/os", {}) == "tool-data-2:1.0-1.noarch\n");
    CHECK(repoquery(tool.stream() / "source", {}) == "tool-2:1.0-1.src\n");
    CHECK(repoquery(tool.stream() / "x86_64/debug", {}).empty());
}
