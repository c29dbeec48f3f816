#include "worker/core/attempt_plan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr const char* kRebuiltRepo = "terrace-rebuilt";
constexpr std::array kFlagMacros = {"extra_build_flags", "_pkg_extra_cflags", "_pkg_extra_cxxflags",
                                    "_pkg_extra_fflags"};
const std::string kPackageMark = "terrace-package ";
constexpr Duration kTimeoutUnlessTold = std::chrono::hours(24);
constexpr Duration kSetUpTimeMax = std::chrono::minutes(45);

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A name that can be a file name, a repo id and a part of a path, and never leads out of a
/// directory.
bool is_plain_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return is_alphanumeric(c) || std::string_view("._+-").find(c) != std::string_view::npos;
    };
    return !name.empty() && is_alphanumeric(name.front()) && std::ranges::all_of(name, is_allowed);
}

/// mock renders its configuration as a template and dnf reads the result line by line, so braces,
/// blanks and control characters would not stay what they are.
bool is_plain_url(std::string_view url) {
    const auto is_allowed = [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
               std::string_view("{}'\"\\").find(c) == std::string_view::npos;
    };
    return !url.empty() && std::ranges::all_of(url, is_allowed);
}

std::vector<std::string> common_arguments(const MockSettings& settings, const AttemptPaths& paths) {
    std::vector<std::string> arguments = mock_base_command(settings);
    const std::vector<std::string> rest = {"-r", paths.config.string(),
                                           "--isolation=" + settings.isolation, "--uniqueext",
                                           paths.unique_ext};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return arguments;
}

Duration timeout_of(const BuildOrder& order) {
    return order.timeout > Duration::zero() ? order.timeout : kTimeoutUnlessTold;
}

}  // namespace

std::string unique_ext_of(const std::string& worker_name, int slot) {
    return worker_name + "-" + std::to_string(slot);
}

std::vector<std::string> mock_base_command(const MockSettings& settings) {
    std::vector<std::string> command = settings.command;
    command.emplace_back("--configdir");
    command.push_back(settings.configs.string());
    return command;
}

Result<std::string> attempt_config_text(const MockSettings& settings,
                                        const std::string& mock_config,
                                        const std::vector<SeedRepo>& seed_repos,
                                        const std::filesystem::path& rebuilt_repo) {
    if (!is_plain_name(mock_config)) {
        return Error{Errc::invalid_argument,
                     "'" + printable(mock_config) + "' is not the name of a mock configuration."};
    }
    std::string repos;
    for (const SeedRepo& repo : seed_repos) {
        if (!is_plain_name(repo.name) || !is_plain_url(repo.url)) {
            return Error{Errc::invalid_argument, "The seed's repo '" + printable(repo.name) +
                                                     "' at '" + printable(repo.url) +
                                                     "' cannot be put into a mock configuration."};
        }
        repos += "    {'name': " + python_literal(repo.name) +
                 ", 'url': " + python_literal(repo.url) + "},\n";
    }
    if (!rebuilt_repo.empty()) {
        const std::string url = "file://" + rebuilt_repo.string();
        if (!is_plain_url(url)) {
            return Error{Errc::invalid_argument, "The worker's directory '" +
                                                     printable(rebuilt_repo.string()) +
                                                     "' cannot be put into a mock configuration."};
        }
        repos += "    {'name': " + python_literal(kRebuiltRepo) +
                 ", 'url': " + python_literal(url) + ", 'rebuilt': True, 'cost': 500},\n";
    }
    // mock's include() is textual and the template refuses to go on without a seed, so the seed
    // comes first; what must win over the included text comes last.
    return "config_opts['terrace_seed'] = [\n" + repos + "]\n" +  //
           "include(" + python_literal((settings.configs / (mock_config + ".cfg")).string()) +
           ")\n" + "config_opts['basedir'] = " + python_literal(settings.base_directory.string()) +
           "\n" +
           "config_opts['cache_topdir'] = " + python_literal(settings.cache_directory.string()) +
           "\n" +
           // What a failed build left behind is looked at; then run_mock() removes it.
           "config_opts['cleanup_on_failure'] = False\n"
           "config_opts['rpmbuild_networking'] = False\n";
}

std::vector<std::string> rebuild_command(const MockSettings& settings,
                                         const AttemptPaths& paths,
                                         const BuildOrder& order) {
    std::vector<std::string> command = common_arguments(settings, paths);
    const auto add = [&](const std::string& option, const std::string& value) {
        command.push_back(option);
        command.push_back(value);
    };
    add("--resultdir", paths.results.string());
    if (!order.target_arch.empty()) add("--target", order.target_arch);
    if (!order.dist.empty()) add("--define", "dist " + order.dist);
    for (const std::string& define : order.defines) add("--define", define);
    if (!order.extra_flags.empty()) {
        for (const char* macro : kFlagMacros)
            add("--define", std::string(macro) + " " + order.extra_flags);
    }
    if (order.resources.cores > 0)
        add("--define", "_smp_ncpus_max " + std::to_string(order.resources.cores));
    if (order.skip_check) command.emplace_back("--nocheck");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout_of(order));
    add("--rpmbuild_timeout", std::to_string(seconds.count()));
    add("--rebuild", paths.srpm.string());
    return command;
}

std::vector<std::string> init_command(const MockSettings& settings, const AttemptPaths& paths) {
    std::vector<std::string> command = common_arguments(settings, paths);
    command.insert(command.end(), {"--resultdir", paths.results.string(), "--init"});
    return command;
}

std::vector<std::string> list_packages_command(const MockSettings& settings,
                                               const AttemptPaths& paths) {
    std::vector<std::string> command = common_arguments(settings, paths);
    const std::string format = kPackageMark + "%{nevra} %{buildtime} %{sha256header}\\n";
    command.insert(command.end(), {"--resultdir", paths.results.string(), "--chroot",
                                   "rpm -qa --qf '" + format + "'"});
    return command;
}

std::vector<std::string> listed_packages(std::string_view output) {
    std::vector<std::string> packages;
    while (!output.empty()) {
        const std::size_t end = std::min(output.find('\n'), output.size());
        const std::string_view line = trimmed(output.substr(0, end));
        // mock puts a word before each line of its own, and it shows the command, too.
        const std::size_t mark = line.find(kPackageMark);
        if (mark != std::string_view::npos && line.find("%{") == std::string_view::npos)
            packages.emplace_back(line.substr(mark + kPackageMark.size()));
        output.remove_prefix(std::min(end + 1, output.size()));
    }
    std::ranges::sort(packages);
    return packages;
}

bool needs_network(const std::vector<SeedRepo>& seed_repos) {
    return std::ranges::any_of(seed_repos, [](const SeedRepo& repo) {
        return !repo.url.starts_with("file://") && !repo.url.starts_with('/');
    });
}

bool is_split(const MockSettings& settings, const std::vector<SeedRepo>& seed_repos) {
    return settings.namespaces && needs_network(seed_repos);
}

SplitRebuild split_rebuild(const MockSettings& settings,
                           const AttemptPaths& paths,
                           const BuildOrder& order) {
    SplitRebuild split;
    split.init = init_command(settings, paths);
    split.install_requires = common_arguments(settings, paths);
    split.install_requires.insert(split.install_requires.end(),
                                  {"--resultdir", paths.results.string(), "--no-clean",
                                   "--no-cleanup-after", "--installdeps", paths.srpm.string()});
    split.rebuild = rebuild_command(settings, paths, order);
    // Before "--rebuild SRPM", which comes last.
    split.rebuild.insert(split.rebuild.end() - 2, {"--no-clean", "--cleanup-after", "--offline"});
    return split;
}

std::vector<std::vector<std::string>> clean_up_commands(const MockSettings& settings,
                                                        const AttemptPaths& paths) {
    std::vector<std::vector<std::string>> commands;
    for (const char* what : {"--orphanskill", "--clean"}) {
        commands.push_back(common_arguments(settings, paths));
        commands.back().emplace_back(what);
    }
    return commands;
}

Duration mock_time_max(const BuildOrder& order) {
    return timeout_of(order) + kSetUpTimeMax;
}

}  // namespace terrace::worker
