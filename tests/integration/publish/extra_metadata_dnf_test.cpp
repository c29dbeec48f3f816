// Real package managers see the groups and advisories that a release is given.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/fsck.hpp"
#include "tests/integration/publish/dnf_client.hpp"
#include "tests/integration/publish/sample_rpms.hpp"

using namespace terrace;
using namespace terrace::publish;
using testing::DnfClient;

namespace {

constexpr const char* kComps = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps>
  <group>
    <id>useful</id>
    <name>Useful things</name>
    <description>What one needs.</description>
    <default>true</default>
    <uservisible>true</uservisible>
    <packagelist><packagereq type="mandatory">tool-data</packagereq></packagelist>
  </group>
</comps>
)";
constexpr const char* kUpdateinfo = R"(<?xml version="1.0" encoding="UTF-8"?>
<updates>
  <update from="farm@example.org" status="stable" type="security" version="1">
    <id>FARM-2026-17</id>
    <title>tool-data</title>
    <severity>Important</severity>
    <issued date="2026-11-01 00:00:00"/>
    <description>It leaked.</description>
    <pkglist>
      <collection short="f45"><name>f45</name>
        <package name="tool-data" version="2.0" release="1" epoch="2" arch="noarch" src="tool-2.0-1.src.rpm">
          <filename>tool-data-2.0-1.noarch.rpm</filename>
        </package>
      </collection>
    </pkglist>
  </update>
</updates>
)";

/// Composes 1 and 2, with tool 1.0 and 2.0, and both files.
class WithExtras {
public:
    WithExtras() {
        os::write_file_atomically(tool_.root() / "comps.xml", kComps);
        os::write_file_atomically(tool_.root() / "updateinfo.xml", kUpdateinfo);
        for (const auto& [id, version] : {std::pair(1, "1.0"), std::pair(2, "2.0")}) {
            core::RunCompose order = tool_.order(id, version);
            order.metadata = {tool_.root() / "comps.xml", tool_.root() / "updateinfo.xml"};
            make_compose(tool_.store(), tool_.release(), order, {});
            state_.composes.push_back(order.compose);
        }
    }
    std::filesystem::path root() const { return tool_.root(); }
    std::filesystem::path repo(std::int64_t id, const std::string& name = "x86_64/os") const {
        return compose_path(tool_.release(), ComposeId{id}) / name;
    }
    std::vector<wire::RepoProblem> problems() const {
        return check_all(tool_.store(), tool_.root() / "published", state_, {}).problems;
    }

private:
    testing::PublishedTool tool_;
    core::RepoState state_;
};

std::string said(DnfClient& client, const std::vector<std::string>& words) {
    const os::CapturedRun run = client.dnf(words);
    INFO(run.output);
    CHECK(run.exit_code == 0);
    return run.output;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void install_by_group(DnfClient& client, const WithExtras& extras) {
    client.enable({{"tools", extras.repo(1)}});
    CHECK(has(said(client, {"group", "list"}), "Useful things"));
    said(client, {"install", "@useful"});
}

/// Sees the update by its advisory, and gets it.
void update_by_advisory(DnfClient& client, const WithExtras& extras) {
    client.enable({{"tools", extras.repo(2)}});
    const std::string updates = said(client, {"updateinfo", "list", "--refresh"});
    INFO(updates);
    CHECK(has(updates, "FARM-2026-17"));
    CHECK(has(updates, "tool-data-2:2.0-1.noarch"));
    said(client, {"upgrade", "--advisory=FARM-2026-17"});
    CHECK(
        said(client, {"repoquery", "--installed", "tool-data"}).find("tool-data-2:2.0-1.noarch") !=
        std::string::npos);
}

}  // namespace

TEST_CASE("the host's dnf installs a group and updates by an advisory") {
    const WithExtras extras;
    testing::HostDnf client;
    install_by_group(client, extras);
    update_by_advisory(client, extras);
}

// Its `dnf group list` crashes in the minimal client root, so groups are the host's to show.
TEST_CASE("the mini distribution's dnf updates by an advisory") {
    const char* mini = std::getenv("TERRACE_MINI_REPO");
    if (!mini || geteuid() != 0) {
        MESSAGE("skipped: needs root, and TERRACE_MINI_REPO (deploy/mini-distro)");
        return;
    }
    const WithExtras extras;
    testing::MiniDnf client(TERRACE_MINI_DISTRO_SCRIPTS, mini, extras.root());
    client.enable({{"tools", extras.repo(1)}});
    said(client, {"install", "tool-data"});
    update_by_advisory(client, extras);
}

TEST_CASE("only what is installed has groups and advisories, and fsck reads them") {
    const WithExtras extras;
    const auto names = [&](const std::string& repo) {
        const std::string text = os::read_file(extras.repo(1, repo) / "repodata/repomd.xml");
        return std::pair(has(text, "type=\"group\""), has(text, "type=\"updateinfo\""));
    };
    for (const char* repo : {"x86_64/os", "x86_64_v3/os"})
        CHECK(names(repo) == std::pair(true, true));
    for (const char* repo : {"x86_64/debug", "source"})
        CHECK(names(repo) == std::pair(false, false));
    CHECK(extras.problems().empty());
    for (const auto& entry : std::filesystem::directory_iterator(extras.repo(1) / "repodata")) {
        if (!entry.path().string().ends_with("-comps.xml")) continue;
        os::write_file_atomically(entry.path(), "<comps/>");
        const auto problems = extras.problems();
        REQUIRE(problems.size() == 1);
        CHECK(problems.front().path == entry.path().string());
        return;
    }
    FAIL("there is no comps.xml");
}
