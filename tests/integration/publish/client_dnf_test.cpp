// Real package managers do what common/solv/client says that they do: the host's dnf as a stock
// client, the mini distribution's as a level-aware one.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/solv/client.hpp"
#include "common/solv/repomd.hpp"
#include "scheduler/publish/client_metadata.hpp"
#include "scheduler/publish/repo_writer.hpp"
#include "tests/integration/publish/dnf_client.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"

using namespace terrace;
using namespace terrace::publish;
using solv::Errand;
using testing::DnfClient;
using testing::DnfRepo;
using testing::Installed;

namespace {

/// A package of a repository, by what makes it another file.
struct Made {
    std::string name;
    std::string version;
    std::string arch = "x86_64";
    std::string preamble = {};  ///< "Requires: x = 1\n"
};
using Content = std::map<std::string, std::vector<Made>>;  // by repository

/// The repositories of one moment, each package with its repository's name as its summary.
class Repositories {
public:
    Repositories(const std::filesystem::path& directory, const Content& content)
        : directory_(directory) {
        for (const auto& [repo, packages] : content) write(repo, packages);
    }

    std::vector<DnfRepo> for_dnf() const { return dnf_; }
    std::vector<solv::ClientRepo> for_solver() const {
        std::vector<solv::ClientRepo> repos;
        const ClientMetadata metadata(directory_ / "cache");
        for (const DnfRepo& repo : dnf_) {
            repos.push_back(metadata.read(repo.name, repo.directory));
            repos.back().cost = repo.cost;
        }
        return repos;
    }

private:
    void write(const std::string& repo, const std::vector<Made>& packages) {
        std::vector<RepoPackage> listed;
        int number = 0;
        for (const Made& made : packages) {
            const std::string spec = "Name: " + made.name + "\nVersion: " + made.version +
                                     "\nRelease: 1\nSummary: " + repo + "\nLicense: MIT\n" +
                                     (made.arch == "noarch" ? "BuildArch: noarch\n" : "") +
                                     made.preamble + "%description\nA test.\n%files\n";
            std::vector<std::string> arguments = {"-bb"};
            if (made.arch != "noarch") arguments.insert(arguments.end(), {"--target", made.arch});
            const auto built = testing::run_rpmbuild(
                directory_ / "build" / repo / std::to_string(++number), spec, arguments);
            REQUIRE(built.size() == 1);
            const std::string filename = built.front().filename();
            const auto file = directory_ / repo / package_location(filename);
            std::filesystem::create_directories(file.parent_path());
            std::filesystem::rename(built.front(), file);
            listed.push_back({filename, os::sha256_of_file(file)});
        }
        std::filesystem::create_directories(directory_ / repo);
        write_repo(directory_ / repo, listed, TimePoint(std::chrono::seconds(1'700'000'000)),
                   MetadataCache(directory_ / "cache"));
        dnf_.push_back({repo, directory_ / repo, repo == "level" ? 900 : 1000});
    }

    std::filesystem::path directory_;
    std::vector<DnfRepo> dnf_;
};

Installed installed_on(const solv::Machine& machine) {
    Installed installed;
    for (const solv::OnMachine& package : machine.packages()) {
        installed.insert(package.name + "-" + package.evr.version + "." + package.arch + " from " +
                         package.repo);
    }
    return installed;
}

const std::vector<Made> kThen = {
    {"both", "1"},
    {"both", "1", "x86_64_v3"},
    {"plain", "1"},
    {"promoted", "1"},
    {"sameevr", "1"},
    {"demoted", "1"},
    {"demoted", "1", "x86_64_v3"},
    {"stale", "1"},
    {"lags", "1"},
    {"lags", "1", "x86_64_v3"},
    {"keptold", "1"},
    {"data", "1", "noarch"},
    {"app", "1", "x86_64", "Requires: lib = 1-1\n"},
    {"lib", "1"},
    {"lib", "1", "x86_64_v3"},
    {"oldname", "1"},
    {"gone", "1"},
};
const std::vector<Made> kNow = {
    {"both", "2"},
    {"both", "2", "x86_64_v3"},
    {"plain", "2"},
    {"promoted", "2"},
    {"promoted", "2", "x86_64_v3"},
    {"sameevr", "1"},
    {"sameevr", "1", "x86_64_v3"},
    {"demoted", "2"},
    {"stale", "2"},
    {"stale", "1", "x86_64_v3"},
    {"lags", "2"},
    {"lags", "1", "x86_64_v3"},
    {"keptold", "1"},
    {"keptold", "2"},
    {"keptold", "1", "x86_64_v3"},
    {"keptold", "2", "x86_64_v3"},
    {"data", "2", "noarch"},
    {"app", "2", "x86_64", "Requires: lib = 2-1\n"},
    {"lib", "2"},
    {"lib", "2", "x86_64_v3"},
    {"newname", "1", "x86_64", "Obsoletes: oldname < 2\nProvides: oldname = 2\n"},
};
const std::vector<std::string> kWanted = {"both",    "plain", "promoted", "sameevr",
                                          "demoted", "stale", "lags",     "keptold",
                                          "data",    "app",   "oldname",  "gone"};
const std::vector<std::string> kKnown = {"both",  "plain", "promoted", "sameevr", "demoted",
                                         "stale", "lags",  "keptold",  "data",    "app",
                                         "lib",   "gone",  "oldname",  "newname"};

/// Each errand of a client's life, by dnf and by the simulation: they must agree after each.
void live_through(DnfClient& client,
                  const solv::Client& simulated,
                  const Repositories& then,
                  const Repositories& now) {
    solv::Machine machine(simulated);
    const auto both = [&](const std::string& title, const Repositories& repos, Errand errand,
                          const std::vector<std::string>& names, std::vector<std::string> words) {
        CAPTURE(title);
        client.enable(repos.for_dnf());
        words.insert(words.end(), names.begin(), names.end());
        const os::CapturedRun run = client.dnf(words);
        const auto problems = machine.run(errand, repos.for_solver(), names);
        INFO(run.output);
        CHECK((run.exit_code == 0) == problems.empty());
        CHECK((client.installed(kKnown) == installed_on(machine)));
        for (const std::string& line : client.installed(kKnown)) INFO(line);
    };
    both("install", then, Errand::install, kWanted, {"install"});
    CHECK(machine.packages().size() == kWanted.size() + 1);  // lib comes with app
    both("upgrade", now, Errand::upgrade, {}, {"upgrade", "--nobest"});
    both("distro-sync", now, Errand::distro_sync, {}, {"distro-sync"});
    both("rollback", then, Errand::distro_sync, {}, {"distro-sync"});
}

}  // namespace

TEST_CASE("a stock dnf does what the simulated stock client does, level or not") {
    const os::TemporaryDirectory work;
    testing::HostDnf client;
    live_through(client, {Level::x86_64_v3, false},
                 Repositories(work.path() / "then", {{"os", kThen}}),
                 Repositories(work.path() / "now", {{"os", kNow}}));
}

TEST_CASE("a stock dnf with a sparse repository of a level does what the simulated one does") {
    const os::TemporaryDirectory work;
    testing::HostDnf client;
    const auto sparse = [](const std::vector<Made>& all) {
        Content content;
        for (Made made : all) {
            const bool level =
                std::exchange(made.arch, made.arch == "noarch" ? "noarch" : "x86_64") ==
                "x86_64_v3";
            content[level ? "level" : "base"].push_back(made);
        }
        return content;
    };
    live_through(client, {Level::x86_64_v3, false},
                 Repositories(work.path() / "then", sparse(kThen)),
                 Repositories(work.path() / "now", sparse(kNow)));
}

TEST_CASE("a level-aware dnf does what the simulated level-aware client does") {
    const char* mini = std::getenv("TERRACE_MINI_REPO");
    if (!mini || geteuid() != 0) {
        MESSAGE("skipped: needs root, and TERRACE_MINI_REPO (deploy/mini-distro)");
        return;
    }
    const os::TemporaryDirectory work;
    testing::MiniDnf client(TERRACE_MINI_DISTRO_SCRIPTS, mini, work.path());
    client.know_level("x86_64_v3");
    live_through(client, {Level::x86_64_v3, true},
                 Repositories(work.path() / "then", {{"os", kThen}}),
                 Repositories(work.path() / "now", {{"os", kNow}}));
}
