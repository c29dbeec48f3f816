#pragma once

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::testing {

/// What is installed: "a-2.x86_64_v3 from os".
using Installed = std::set<std::string>;

/// The summary of a test's package is the name of the repository that has it.
inline constexpr const char* kInstalledFormat = "%{NAME}-%{VERSION}.%{ARCH} from %{SUMMARY}\\n";

/// A repository of a test, and what it costs.
struct DnfRepo {
    std::string name;
    std::filesystem::path directory;
    int cost = 1000;
};

inline std::string dnf_repo_file(const std::vector<DnfRepo>& repos) {
    std::string text;
    for (const DnfRepo& repo : repos) {
        text += "[" + repo.name + "]\nname=" + repo.name + "\nbaseurl=file://" +
                repo.directory.string() +
                "\ngpgcheck=0\nmetadata_expire=0\ncost=" + std::to_string(repo.cost) + "\n";
    }
    return text;
}

/// A machine with a real dnf and rpm.
class DnfClient {
public:
    virtual ~DnfClient() = default;
    DnfClient() = default;
    DnfClient(const DnfClient&) = delete;
    DnfClient& operator=(const DnfClient&) = delete;

    virtual void enable(const std::vector<DnfRepo>& repos) = 0;
    virtual os::CapturedRun dnf(const std::vector<std::string>& arguments) = 0;
    /// The packages of `names` that are installed.
    virtual Installed installed(const std::vector<std::string>& names) = 0;

protected:
    static os::CapturedRun run(std::vector<std::string> arguments,
                               const std::filesystem::path& home) {
        os::ChildSpec child;
        child.arguments = std::move(arguments);
        child.environment = os::current_environment();
        child.environment["LC_ALL"] = "C.UTF-8";
        child.environment["HOME"] = home;
        return os::run_captured(child, std::chrono::minutes(5));
    }
    static Installed of_names(const std::string& output, const std::vector<std::string>& names) {
        Installed installed;
        std::istringstream lines(output);
        for (std::string line; std::getline(lines, line);) {
            for (const std::string& name : names) {
                const bool digit = line.size() > name.size() + 1 && line[name.size() + 1] >= '0' &&
                                   line[name.size() + 1] <= '9';
                if (line.starts_with(name + "-") && digit) installed.insert(line);
            }
        }
        return installed;
    }
};

/// The host's dnf, in a root directory with nothing in it: a stock client.
class HostDnf final : public DnfClient {
public:
    HostDnf() {
        // Debian's rpm keeps its database in the caller's home unless told otherwise.
        os::write_file_atomically(home() / ".rpmmacros", "%_dbpath /var/lib/rpm\n");
        std::filesystem::create_directories(home() / "repos");
    }
    void enable(const std::vector<DnfRepo>& repos) override {
        os::write_file_atomically(home() / "repos" / "test.repo", dnf_repo_file(repos));
    }
    os::CapturedRun dnf(const std::vector<std::string>& arguments) override {
        std::vector<std::string> all = {"dnf",
                                        "-y",
                                        "--installroot=" + root(),
                                        "--releasever=1",
                                        "--disableplugin=*",
                                        "--setopt=reposdir=" + (home() / "repos").string(),
                                        "--setopt=cachedir=" + (home() / "cache").string(),
                                        "--setopt=best=1"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run(all, home());
    }
    Installed installed(const std::vector<std::string>& names) override {
        const auto query = run(
            {"rpm", "--root", root(), "--dbpath", "/var/lib/rpm", "-qa", "--qf", kInstalledFormat},
            home());
        return of_names(query.output, names);
    }

private:
    std::filesystem::path home() const { return work_.path(); }
    std::string root() const { return (work_.path() / "root").string(); }

    os::TemporaryDirectory work_;
};

/// The mini distribution's dnf in its own root; a level-aware client if told its level.
class MiniDnf final : public DnfClient {
public:
    /// `visible`: what it may see of the host.
    MiniDnf(const std::filesystem::path& scripts,
            const std::filesystem::path& mini_repo,
            const std::filesystem::path& visible)
        : scripts_(scripts), visible_(visible) {
        const auto made = run({scripts / "make-client-root", mini_repo, root()}, work_.path());
        if (made.exit_code != 0) throw std::runtime_error("no client root: " + made.output);
        std::filesystem::remove(root() / "etc/yum.repos.d/mini.repo");
    }
    void know_level(const std::string& level) {
        os::write_file_atomically(root() / "etc/dnf/vars/arch", level + "\n");
        os::write_file_atomically(root() / "etc/dnf/vars/basearch", "x86_64\n");
    }
    void enable(const std::vector<DnfRepo>& repos) override {
        os::write_file_atomically(root() / "etc/yum.repos.d/test.repo", dnf_repo_file(repos));
    }
    os::CapturedRun dnf(const std::vector<std::string>& arguments) override {
        std::vector<std::string> all = {"dnf", "-y", "--releasever=1"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return inside(all);
    }
    Installed installed(const std::vector<std::string>& names) override {
        return of_names(inside({"rpm", "-qa", "--qf", kInstalledFormat}).output, names);
    }

private:
    std::filesystem::path root() const { return work_.path() / "root"; }
    os::CapturedRun inside(const std::vector<std::string>& command) {
        std::vector<std::string> all = {scripts_ / "client-run", root(), "--bind", visible_, "--"};
        all.insert(all.end(), command.begin(), command.end());
        return run(all, work_.path());
    }

    std::filesystem::path scripts_;
    std::filesystem::path visible_;
    os::TemporaryDirectory work_;
};

}  // namespace terrace::testing
