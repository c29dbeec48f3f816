#include "worker/app/build_attempt.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "worker/app/build_root.hpp"
#include "worker/app/confined.hpp"
#include "worker/app/fault_evidence.hpp"
#include "worker/app/package_inspector.hpp"
#include "worker/app/rebuilt_repo.hpp"
#include "worker/app/state_directory.hpp"
#include "worker/core/march_check.hpp"
#include "worker/core/outcome.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/installed_packages.hpp"
#include "worker/mock/mock_runner.hpp"
#include "worker/mock/results.hpp"
#include "worker/sandbox/namespace_wrapper.hpp"

namespace terrace::worker {
namespace {

/// What was learned of a small build is the work of seconds, looked at five times a second: a limit
/// as small would fail builds for a peak that nobody saw, and save the host nothing.
constexpr std::int64_t kMemoryLimitMin = std::int64_t{1} << 30;

/// A fork bomb must not take the host's process numbers; make -j on the largest hosts is far below.
constexpr std::int64_t kProcessesMax = 32'768;
constexpr std::size_t kFindingsNoted = 50;  // in the log; the farm stores all of them

Ending infra(std::string evidence) {
    return {Outcome::infra_aborted, std::move(evidence)};
}

/// Where the files of a build root lie when mock has ended: an overlay was mounted by mock alone.
std::vector<std::filesystem::path> trees_of(const MockRun& run) {
    std::vector<std::filesystem::path> trees = overlay_layers(run.overlay);
    for (const auto& root : build_roots_of(run.unique_ext, run.base_directory))
        trees.push_back(root / "root");
    return trees;
}

/// What one run of mock came to.
struct Built {
    std::optional<Ending> ending;  ///< none: there are results
    bool tmpfs_was_full = false;
};

/// One build, step by step. A step that returns nullopt lets the next one begin.
class BuildAttempt {
public:
    BuildAttempt(const AttemptContext& context, const LeaseGrant& lease)
        : context_(context),
          lease_(lease),
          order_(*lease.build),
          paths_(StateDirectory::paths_of(context.directory, context.slot.unique_ext)) {}

    AttemptReport run() {
        const Ending ending = run_steps();
        report_.outcome = ending.outcome;
        report_.evidence = ending.evidence;
        if (ending.outcome != Outcome::ok) report_.rpms.clear();
        return std::move(report_);
    }

private:
    Ending run_steps() {
        if (auto ending = claim_disk()) return *ending;
        if (auto ending = prepare()) return *ending;
        if (auto ending = build()) return *ending;
        if (auto ending = check_results()) return *ending;
        if (auto ending = store_results()) return *ending;
        return {Outcome::ok, ""};
    }

    std::optional<Ending> claim_disk() {
        if (context_.settings.disk == nullptr) return std::nullopt;
        auto claim = context_.settings.disk->claim(order_.resources.disk_bytes);
        if (!claim) return Ending{Outcome::disk_full, claim.error().message};
        disk_ = std::move(*claim);
        return std::nullopt;
    }

    /// The attempt's mock configuration.
    Result<std::string> config_text(const BuildRoot& root,
                                    const std::filesystem::path& rebuilt_repo) const {
        const MockSettings& mock = context_.settings.mock;
        auto text = attempt_config_text(mock, order_.mock_config, lease_.seed_repos, rebuilt_repo);
        if (text) *text += root_config_text(root.kind, mock.roots, root.places);
        return text;
    }

    std::optional<Ending> prepare() {
        if (auto ending = take_dependencies()) return ending;
        // What is no configuration is found before anything is fetched.
        const auto config = attempt_config_text(context_.settings.mock, order_.mock_config,
                                                lease_.seed_repos, paths_.rebuilt_repo);
        if (!config) return infra(config.error().message);
        if (!is_file_name(order_.srpm_name)) {
            return infra("'" + printable(order_.srpm_name) +
                         "' is not the name of a source package.");
        }
        paths_.srpm = context_.directory / order_.srpm_name;
        const auto fetched = while_farm_is_away(context_, [this] {
            return context_.api.fetch_object(order_.srpm_digest, paths_.srpm);
        });
        if (!fetched) return infra(fetched.error().message);
        return seed_ending();
    }

    std::optional<Ending> take_dependencies() {
        if (order_.buildroot_rpms.empty()) {
            paths_.rebuilt_repo.clear();
            return std::nullopt;
        }
        const auto made = make_rebuilt_repo(context_, order_.buildroot_rpms, paths_.rebuilt_repo);
        if (!made) return infra(made.error().message);
        return std::nullopt;
    }

    std::optional<Ending> seed_ending() const {
        const auto seed = check_seed(context_, lease_.seed_repos);
        if (!seed) return infra(seed.error().message);
        return std::nullopt;
    }

    std::optional<Ending> build() {
        const MockSettings& mock = context_.settings.mock;
        const RootKind kind =
            root_kind_of(mock.roots, order_.resources, is_split(mock, lease_.seed_repos));
        const Built built = build_in(kind);
        if (!built.tmpfs_was_full) return built.ending;
        context_.note("the build root's tmpfs is full: once more, on disk");
        for (const auto& entry : std::filesystem::directory_iterator(paths_.results))
            std::filesystem::remove_all(entry.path());
        return build_in(RootKind::root_cache).ending;
    }

    Built build_in(RootKind kind) {
        const BuildRoot root =
            build_root_for(context_, order_.mock_config, lease_.seed_repos, kind);
        if (kind == RootKind::reuse) {
            if (auto ending = prepare_reused(root)) return {std::move(ending)};
        }
        sandbox::Cgroup group = make_group(kind);
        MockRun run = mock_run(root, group);
        os::write_file_atomically(paths_.config, *config_text(root, paths_.rebuilt_repo));
        Fault fault;
        run.look_at_failure = [&](const MockEnd& end) {
            fault = fault_of(end.invalid_opcodes, trees_of(run));
        };
        const MockEnd end = run_mock(run, context_.log, context_.cancelled);
        if (end.was_ended() && kind == RootKind::reuse) discard_root(root);
        take_figures(end);
        HostEvidence host = end.host;
        host.fault = std::move(fault);
        Ending ending = run_ending(end.stop, end.limit, end.exit_code, end.facts, host);
        if (ending.outcome == Outcome::ok) return {};
        const bool full = kind == RootKind::tmpfs &&
                          tmpfs_was_full(end.stop, end.exit_code, ending.outcome, host);
        return {std::move(ending), full};
    }

    /// In a control group of its own, which is gone then: a group's figures add up, and these are
    /// not the build's.
    std::optional<Ending> prepare_reused(const BuildRoot& root) {
        sandbox::Cgroup group = make_group(root.kind);
        return prepare_root(context_, mock_run(root, group), root, network_for(lease_.seed_repos),
                            *config_text(root, {}));
    }

    MockRun mock_run(const BuildRoot& root, sandbox::Cgroup& group) {
        MockRun run;
        run.group = &group;
        run.command = build_command();
        run.clean_up = clean_up_commands(context_.settings.mock, paths_);
        run.environment = mock_environment(context_.slot);
        run.end_processes = [this] { end_processes(context_); };
        run.results = paths_.results;
        run.output = context_.directory / "mock.out";
        run.base_directory = context_.settings.mock.base_directory;
        run.unique_ext = paths_.unique_ext;
        run.target_level = order_.target_level;
        run.time_max = mock_time_max(order_);
        run.root_on_tmpfs = root.kind == RootKind::tmpfs;
        if (root.kind == RootKind::reuse) run.overlay = root.places.prepared;
        run.disk_must_end = [this](std::int64_t bytes) { return disk_.must_end(bytes); };
        run.silence_max = order_.silence_max;
        run.uid = context_.slot.user.uid;
        return run;
    }

    void take_figures(const MockEnd& end) {
        report_.exit_code = end.exit_code;
        const auto cpu = end.usage.user + end.usage.system;
        report_.cpu_ms = std::chrono::duration_cast<Duration>(cpu).count();
        report_.memory_peak_bytes = end.usage.memory_peak_bytes;
        report_.disk_bytes = end.disk_bytes;
        report_.bytes_written = end.usage.bytes_written;
        report_.buildroot_packages = installed_packages(paths_.results);
        march_seen_ = end.facts.march_seen;
        note_dependencies();
    }

    sandbox::Cgroup make_group(RootKind kind) const {
        if (context_.settings.cgroups == nullptr) return {};
        Resources resources = order_.resources;
        if (resources.memory_bytes > 0) {
            resources.memory_bytes = std::max(resources.memory_bytes, kMemoryLimitMin);
            // The farm has set aside what the build needs; the files of a tmpfs come on top of it.
            if (kind == RootKind::tmpfs)
                resources.memory_bytes += context_.settings.mock.roots.tmpfs_bytes;
        }
        return context_.settings.cgroups->make(context_.slot.unique_ext,
                                               {.cores = resources.cores,
                                                .memory_bytes = resources.memory_bytes,
                                                .processes_max = kProcessesMax});
    }

    std::vector<std::string> build_command() const {
        const MockSettings& mock = context_.settings.mock;
        if (!is_split(mock, lease_.seed_repos)) {
            return confined(mock, rebuild_command(mock, paths_, order_), sandbox::Network::none);
        }
        const SplitRebuild split = split_rebuild(mock, paths_, order_);
        return sandbox::in_namespaces({{split.init, sandbox::Network::host},
                                       {split.install_requires, sandbox::Network::host},
                                       {split.rebuild, sandbox::Network::none}});
    }

    void note_dependencies() const {
        if (order_.buildroot_rpms.empty()) return;
        std::string names;
        for (const std::string& name : installed_among(order_.buildroot_rpms, paths_.results))
            names += " " + name;
        context_.note("packages of this rebuild in the build root:" +
                      printable(names.empty() ? " none" : names, 20'000));
    }

    std::optional<Ending> check_results() {
        if (auto ending = take_packages()) return ending;
        const auto is_source = [](const RpmFile& rpm) { return rpm.nevra.arch == "src"; };
        if (std::ranges::all_of(report_.rpms, is_source))
            return Ending{Outcome::build_failed, "rpmbuild made no binary package."};
        if (auto refusal = march_refusal(order_, march_seen_, report_.rpms)) return refusal;
        // A seed that changed meanwhile may have been installed half old, half new.
        if (auto ending = seed_ending()) return ending;
        const auto& findings = report_.audit.findings;
        for (std::size_t i = 0; i < std::min(findings.size(), kFindingsNoted); ++i)
            context_.note("audit: " + printable(to_text(findings[i]), 2000));
        if (findings.size() > kFindingsNoted) {
            context_.note("audit: ... and " + std::to_string(findings.size() - kFindingsNoted) +
                          " more findings");
        }
        return std::nullopt;
    }

    /// From the reach of the build's user into ours; then another process reads them.
    std::optional<Ending> take_packages() {
        const auto taken = sandbox::take_results(paths_.results, taken_, context_.slot.user,
                                                 context_.settings.results);
        if (!taken) return Ending{Outcome::build_failed, taken.error().message};
        for (const std::string& ignored : taken->ignored) context_.note("ignored: " + ignored);
        context_.note("auditing " + std::to_string(taken->rpms.size()) + " packages");
        Inspected inspected = inspect_packages(context_, taken_, taken->rpms, order_.target_level);
        if (inspected.ending) return inspected.ending;
        for (const inspect::InspectedRpm& rpm : inspected.inspection.rpms)
            report_.rpms.push_back(described_rpm(taken_ / rpm.filename, rpm.nevra));
        report_.audit = std::move(inspected.inspection.audit);
        return std::nullopt;
    }

    std::optional<Ending> store_results() {
        for (const RpmFile& rpm : report_.rpms) {
            if (context_.cancelled()) return stopped_ending(Stop::cancelled, {}, {});
            const auto stored = while_farm_is_away(context_, [&] {
                return context_.api.store_object({lease_.attempt, lease_.fence}, rpm.digest,
                                                 taken_ / rpm.filename);
            });
            if (!stored) return infra(stored.error().message);
        }
        return std::nullopt;
    }

    const AttemptContext& context_;
    const LeaseGrant& lease_;
    const BuildOrder& order_;
    AttemptPaths paths_;
    const std::filesystem::path taken_ = context_.directory / "taken";
    AttemptReport report_;
    sandbox::DiskWatch::Claim disk_;
    bool march_seen_ = false;
};

}  // namespace

AttemptReport run_build(const AttemptContext& context, const LeaseGrant& lease) {
    return BuildAttempt(context, lease).run();
}

}  // namespace terrace::worker
