#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/lease.hpp"
#include "common/vocab/result.hpp"
#include "worker/core/root_plan.hpp"

namespace terrace::worker {

/// How this worker calls mock; the operator's choice.
struct MockSettings {
    std::vector<std::string> command = {"mock"};
    std::filesystem::path configs;  ///< directory of the .cfg files and their templates
    std::string isolation = "auto";
    bool namespaces = false;  ///< mock is called in namespaces of its own (worker/sandbox)
    std::filesystem::path base_directory;   ///< mock's basedir: build roots
    std::filesystem::path cache_directory;  ///< mock's cache_topdir: root caches, packages
    RootSettings roots;
};

/// Where one attempt has its files, and its name among the build roots.
struct AttemptPaths {
    std::filesystem::path config;
    std::filesystem::path results;
    std::filesystem::path srpm;
    std::string unique_ext;
    std::filesystem::path rebuilt_repo;  ///< what its dependencies made, as a repository
};

/// "NAME-SLOT": two slots must never share a build root.
std::string unique_ext_of(const std::string& worker_name, int slot);

/// mock and the options that every call of it has: the directory of its configurations, which
/// include their templates by a path relative to it.
std::vector<std::string> mock_base_command(const MockSettings& settings);

/// The text of an attempt's own mock configuration: the seed, then everything of `mock_config`,
/// then this worker's directories. Errc::invalid_argument for names and URLs that have no place in
/// a configuration.
///
/// `rebuilt_repo`, unless it is empty, is a directory with what this rebuild made of the build's
/// dependencies. It is one more repo, and mock's --addrepo would do for BuildRequires; but only the
/// configuration can also keep it out of the root cache, which other builds use, and have the build
/// root updated from it (templates/terrace-seed.tpl). The higher EVR wins, as dnf has it, so a
/// package of the seed that is newer than the rebuilt one stays; of equals the rebuilt one is
/// taken.
Result<std::string> attempt_config_text(const MockSettings& settings,
                                        const std::string& mock_config,
                                        const std::vector<SeedRepo>& seed_repos,
                                        const std::filesystem::path& rebuilt_repo = {});

/// The command that builds the SRPM. `extra_flags` become macros that the distributions' own flags
/// end with: extra_build_flags of the mini distribution; _pkg_extra_cflags, -cxxflags and -fflags
/// of redhat-rpm-config. A spec that sets these itself does not get them. `resources.cores` is a
/// limit for make -j, by rpm's _smp_ncpus_max; 0 is none.
std::vector<std::string> rebuild_command(const MockSettings& settings,
                                         const AttemptPaths& paths,
                                         const BuildOrder& order);

/// The command that makes a build root and installs what every build has.
std::vector<std::string> init_command(const MockSettings& settings, const AttemptPaths& paths);

/// The command that prints, among other lines, one "terrace-package NEVRA BUILDTIME DIGEST" for
/// each package that is installed in the build root.
std::vector<std::string> list_packages_command(const MockSettings& settings,
                                               const AttemptPaths& paths);

/// The packages in what that command printed, sorted.
std::vector<std::string> listed_packages(std::string_view output);

/// True if something of the seed can only be read over the network.
bool needs_network(const std::vector<SeedRepo>& seed_repos);

/// True if a build is to be run as split_rebuild() has it: mock as a whole gets no network here,
/// and without one it could not fill the build root.
bool is_split(const MockSettings& settings, const std::vector<SeedRepo>& seed_repos);

/// The same build as three commands: two that fill the build root, without running anything of the
/// package, and need the network; and one that builds, and does not. BuildRequires that the spec
/// only generates while it is built must then be in the root already: `uninstallable` else.
struct SplitRebuild {
    std::vector<std::string> init;
    std::vector<std::string> install_requires;
    std::vector<std::string> rebuild;
};
SplitRebuild split_rebuild(const MockSettings& settings,
                           const AttemptPaths& paths,
                           const BuildOrder& order);

/// The commands that, one after the other, end what runs in the attempt's build root and remove it.
std::vector<std::vector<std::string>> clean_up_commands(const MockSettings& settings,
                                                        const AttemptPaths& paths);

/// How long mock may take in all: rpmbuild's time, and that of filling the build root.
Duration mock_time_max(const BuildOrder& order);

}  // namespace terrace::worker
