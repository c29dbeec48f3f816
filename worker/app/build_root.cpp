#include "worker/app/build_root.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <system_error>

#include "common/os/files.hpp"
#include "common/runtime/log.hpp"
#include "worker/app/confined.hpp"
#include "worker/app/state_directory.hpp"
#include "worker/core/attempt_plan.hpp"
#include "worker/sandbox/mounts.hpp"

namespace terrace::worker {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kListTimeMax = 2min;
constexpr auto kUnusedTimeMax = 14 * 24h;
constexpr std::size_t kKeyDigits = 16;
constexpr std::size_t kPreparedMax = 4;  // of one slot: a release's variants
constexpr const char* kRecordSuffix = ".packages";

fs::path record_of(const BuildRoot& root) {
    return root.places.prepared.string() + kRecordSuffix;
}

void touch(const fs::path& path) {
    std::error_code ignored;  // its age is all that would be wrong
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

/// One root's making and proving.
class Preparation {
public:
    Preparation(const AttemptContext& context,
                const MockRun& like,
                const BuildRoot& root,
                sandbox::Network network)
        : context_(context),
          like_(like),
          root_(root),
          network_(network),
          paths_{context.directory / "prepare.cfg",
                 context.directory / "prepare",
                 {},
                 context.slot.unique_ext,
                 {}} {}

    std::optional<Ending> run(const std::string& config_text) {
        os::write_file_atomically(paths_.config, config_text);
        StateDirectory::make_results(paths_.results, context_.slot);
        if (is_clean()) {
            touch(record_of(root_));
            return std::nullopt;
        }
        discard_root(root_);
        make_room();
        return make();
    }

private:
    /// Empty if mock cannot tell.
    std::vector<std::string> packages() const {
        os::ChildSpec spec;
        spec.arguments =
            confined(context_.settings.mock, list_packages_command(context_.settings.mock, paths_),
                     sandbox::Network::none);
        spec.environment = like_.environment;
        if (like_.group != nullptr) spec.cgroup_procs = like_.group->procs_files();
        const os::CapturedRun run = os::run_captured(spec, kListTimeMax);
        return run.exit_code == 0 ? listed_packages(run.output) : std::vector<std::string>();
    }

    bool is_clean() const {
        if (!fs::exists(record_of(root_))) return false;
        const std::string recorded = os::read_file(record_of(root_));
        if (!recorded.empty() && joined(packages()) == recorded) return true;
        runtime::log_warn("prepared_root_discarded", {{"root", root_.places.prepared.string()}});
        context_.note("the prepared build root is not as it was made: it is made anew");
        return false;
    }

    std::optional<Ending> make() {
        context_.note("preparing a build root to be used again");
        fs::create_directories(root_.places.prepared);
        MockRun run = like_;
        run.command = confined(context_.settings.mock, init_command(context_.settings.mock, paths_),
                               network_);
        run.clean_up = clean_up_commands(context_.settings.mock, paths_);
        run.results = paths_.results;
        run.output = context_.directory / "prepare.out";
        const MockEnd end = run_mock(run, context_.log, context_.cancelled);
        if (end.was_ended() || end.exit_code != 0) {
            discard_root(root_);
            Ending ending = run_ending(end.stop, end.limit, end.exit_code, end.facts, end.host);
            // Nothing of the package was touched yet.
            if (!is_infra(ending.outcome)) ending.outcome = Outcome::infra_aborted;
            return ending;
        }
        const std::vector<std::string> installed = packages();
        if (installed.empty()) {
            discard_root(root_);
            return Ending{Outcome::infra_aborted,
                          "mock could not list the packages of the prepared build root."};
        }
        os::write_file_atomically(record_of(root_), joined(installed));
        return std::nullopt;
    }

    /// The roots of this slot that were used last stay.
    void make_room() const {
        std::vector<std::pair<fs::file_time_type, fs::path>> records;
        std::error_code none;  // it is the slot's first
        for (const auto& entry :
             fs::directory_iterator(root_.places.prepared.parent_path(), none)) {
            if (entry.path().extension() == kRecordSuffix)
                records.emplace_back(entry.last_write_time(), entry.path());
        }
        std::ranges::sort(records, std::greater());
        for (std::size_t i = kPreparedMax - 1; i < records.size(); ++i) {
            fs::path directory = records[i].second;
            discard_root({RootKind::reuse, {{}, directory.replace_extension()}});
        }
    }

    const AttemptContext& context_;
    const MockRun& like_;
    const BuildRoot& root_;
    const sandbox::Network network_;
    const AttemptPaths paths_;
};

}  // namespace

std::string root_key(const fs::path& configs,
                     const std::string& mock_config,
                     const std::vector<SeedRepo>& seed_repos) {
    Sha256 key;
    // A NUL ends each part, or two parts could be read as one.
    const auto add = [&key](const std::string& part) { key.update(part + '\0'); };
    add(mock_config);
    for (const SeedRepo& repo : seed_repos) {
        add(repo.name);
        add(repo.url);
        add(repo.repomd_digest.hex);
    }
    std::set<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(configs)) {
        const fs::path suffix = entry.path().extension();
        if (entry.is_regular_file() && (suffix == ".cfg" || suffix == ".tpl"))
            files.insert(entry.path());
    }
    for (const fs::path& file : files) {
        add(file.lexically_relative(configs).string());
        add(os::read_file(file));
    }
    return key.finish().hex.substr(0, kKeyDigits);
}

BuildRoot build_root_for(const AttemptContext& context,
                         const std::string& mock_config,
                         const std::vector<SeedRepo>& seed_repos,
                         RootKind kind) {
    const MockSettings& mock = context.settings.mock;
    const std::string key = root_key(mock.configs, mock_config, seed_repos);
    const BuildRoot root{kind,
                         {mock.cache_directory / "roots" / key,
                          mock.cache_directory / "prepared" / context.slot.unique_ext / key}};
    touch(root.places.cache);
    return root;
}

std::optional<Ending> prepare_root(const AttemptContext& context,
                                   const MockRun& like,
                                   const BuildRoot& root,
                                   sandbox::Network network,
                                   const std::string& config_text) {
    return Preparation(context, like, root, network).run(config_text);
}

void discard_root(const BuildRoot& root) {
    // The record first: a root without one is not used again, however much of it is left.
    fs::remove(record_of(root));
    sandbox::remove_tree(root.places.prepared);
}

void remove_old_root_caches(const MockSettings& settings) {
    const fs::path caches = settings.cache_directory / "roots";
    try {
        if (!fs::exists(caches)) return;
        for (const auto& cache : fs::directory_iterator(caches)) {
            if (cache.last_write_time() + kUnusedTimeMax < fs::file_time_type::clock::now())
                sandbox::remove_tree(cache.path());
        }
    } catch (const std::system_error& e) {
        runtime::log_warn("old_root_caches_not_removed",
                          {{"directory", caches.string()},
                           {"error", e.what()},
                           {"remedy", "remove what is old in it by hand: it only takes disk"}});
    }
}

}  // namespace terrace::worker
