#include "worker/app/comparison_attempt.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "worker/app/build_root.hpp"
#include "worker/app/confined.hpp"
#include "worker/app/rebuilt_repo.hpp"
#include "worker/app/state_directory.hpp"
#include "worker/bench/twin_roots.hpp"
#include "worker/core/outcome.hpp"
#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

AttemptReport ended(Outcome outcome, const std::string& evidence) {
    AttemptReport report;
    report.outcome = outcome;
    report.evidence = printable(evidence, 2000);
    return report;
}

AttemptReport ended(const Ending& ending) {
    return ended(ending.outcome, ending.evidence);
}

/// Fetches the RPMs of one side; their places go into `files`, by digest: with `encoding: flags`
/// both sides have the same file names.
Result<void> fetch_rpms(const AttemptContext& context,
                        const std::vector<RpmFile>& rpms,
                        const std::string& side,
                        std::map<std::string, std::filesystem::path>& files) {
    const std::filesystem::path directory = context.directory / side;
    std::filesystem::create_directories(directory);
    for (const RpmFile& rpm : rpms) {
        const auto file = fetch_rpm(context, rpm, directory);
        if (!file) return file.error();
        files[rpm.digest.hex] = *file;
    }
    return {};
}

/// A farm that is away is waited for; it takes the same look twice as once.
Result<LookAnswer> hand_in(const AttemptContext& context,
                           const LeaseGrant& lease,
                           LookReport look) {
    look.fence = lease.fence;
    LookAnswer answer;
    const auto call = [&]() -> Result<void> {
        const Result<LookAnswer> told = context.api.report_look(lease.attempt, look);
        if (!told) return told.error();
        answer = *told;
        return {};
    };
    const Result<void> done = while_farm_is_away(context, call);
    if (!done) return done.error();
    context.note(answer.pairs_next ? "the farm asks for " + std::to_string(*answer.pairs_next) +
                                         " pairs after " + std::to_string(look.pairs)
                                   : std::to_string(look.pairs) + " pairs are enough");
    return answer;
}

}  // namespace

AttemptReport run_comparison_attempt(const AttemptContext& context, const LeaseGrant& lease) {
    const ComparisonOrder& order = *lease.comparison;
    const AttemptPaths paths = StateDirectory::paths_of(context.directory, context.slot.unique_ext);
    auto config = attempt_config_text(context.settings.mock, order.mock_config, lease.seed_repos);
    if (config) {
        const BuildRoot root =
            build_root_for(context, order.mock_config, lease.seed_repos, RootKind::root_cache);
        *config += root_config_text(root.kind, context.settings.mock.roots, root.places);
    }
    if (!config) return ended(Outcome::infra_aborted, config.error().message);
    os::write_file_atomically(paths.config, *config);
    if (const auto seed = check_seed(context, lease.seed_repos); !seed)
        return ended(Outcome::infra_aborted, seed.error().message);

    bench::ComparisonContext bench_context;
    for (const auto& [rpms, side] :
         {std::pair(&order.baseline_rpms, "baseline"), std::pair(&order.variant_rpms, "variant")}) {
        const auto fetched = fetch_rpms(context, *rpms, side, bench_context.rpm_files);
        if (!fetched) return ended(Outcome::infra_aborted, fetched.error().message);
    }
    const auto deadline = std::chrono::steady_clock::now() + order.timeout;
    const auto is_late = [&] {
        return order.timeout > Duration::zero() && std::chrono::steady_clock::now() >= deadline;
    };
    const MockSettings& mock = context.settings.mock;
    bench_context.mock_command = confined(mock, mock_base_command(mock), sandbox::Network::none);
    if (needs_network(lease.seed_repos)) {
        bench_context.fetch_command =
            confined(mock, mock_base_command(mock), sandbox::Network::host);
    }
    const sandbox::SlotUser& user = context.slot.user;
    bench_context.reader_prefix = sandbox::reader_prefix(user.uid, user.gid);
    bench_context.environment = mock_environment(context.slot);
    bench_context.attempt_config = paths.config;
    bench_context.work_directory = context.directory / "comparison";
    bench_context.unique_ext = context.slot.unique_ext;
    bench_context.isolation = context.settings.mock.isolation;
    bench_context.measure_program = context.settings.measure_program;
    bench_context.seed = static_cast<std::uint64_t>(lease.attempt.value);
    bench_context.log = [&](std::string_view text) { context.log.line("comparison", text); };
    bench_context.cancelled = [&] { return context.cancelled() || is_late(); };

    int looks = 0;
    bool refused = false;
    bench_context.hand_in = [&](const LookReport& look) {
        auto answer = hand_in(context, lease, look);
        looks += answer ? 1 : 0;
        refused = !answer;
        return answer;
    };

    const Result<void> measured = bench::run_comparison(order, bench_context);
    if (context.cancelled()) return ended(stopped_ending(Stop::cancelled, {}, {}));
    // Out of time after a look: what it brought counts, and another attempt goes on from there.
    if (measured || (looks > 0 && !refused && is_late())) return ended(Outcome::ok, "");
    if (refused) return ended(Outcome::infra_aborted, measured.error().message);
    if (is_late())
        return ended(Outcome::timeout, "The comparison took longer than its order allows.");
    // What the benchmark or the packages are to blame for will not get better elsewhere.
    const bool is_final = measured.error().code == Errc::invalid_argument;
    return ended(is_final ? Outcome::build_failed : Outcome::infra_aborted,
                 measured.error().message);
}

}  // namespace terrace::worker
