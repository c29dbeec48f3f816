#include "tests/truth/comparisons/twin_set.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>

#include "common/os/child_process.hpp"
#include "scheduler/app/config_farm.hpp"
#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/verdict.hpp"
#include "tests/truth/comparisons/rpm_side.hpp"
#include "worker/bench/mock_root.hpp"
#include "worker/bench/root_setup.hpp"
#include "worker/bench/twin_roots.hpp"

namespace terrace::truth {

namespace {

using std::chrono::steady_clock;

template <class T>
void check(const Result<T>& result) {
    if (result.has_error()) throw std::runtime_error(result.error().message);
}

/// The farm's side of one comparison: takes looks, and says how it goes on.
class Referee {
public:
    Referee(const core::SequentialGate& gate,
            const core::GatePolicy& policy,
            const BenchmarkFile& file)
        : gate_(gate), policy_(policy), file_(file) {}

    Result<LookAnswer> take(const LookReport& look) {
        const auto refused = core::why_refused(look, file_, progress_.pairs, policy_.looks.back());
        if (refused) return *refused;
        progress_.pairs = look.pairs;
        progress_.samples.insert(progress_.samples.end(), look.samples.begin(), look.samples.end());
        looks_.push_back(look);
        judgement_ = core::judge(gate_, policy_, file_, progress_);
        return LookAnswer{judgement_.pairs_next};
    }

    Compared compared(std::uint64_t seed, steady_clock::duration wall) const {
        return {.package = file_.package,
                .seed = seed,
                .verdict = judgement_.verdict,
                .reason = judgement_.reason,
                .pairs = progress_.pairs,
                .p = judgement_.p,
                .results = judgement_.results,
                .wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall).count(),
                .looks = looks_};
    }

private:
    const core::SequentialGate& gate_;
    const core::GatePolicy& policy_;
    const BenchmarkFile& file_;
    core::Progress progress_;
    core::Judgement judgement_;
    std::vector<LookReport> looks_;
};

BenchmarkFile benchmarks_of(const TwinSetOptions& options) {
    BenchmarkFile file = scheduler::load_benchmark(options.benchmark);
    if (options.only.empty()) return file;
    std::erase_if(file.benchmarks, [&](const Benchmark& x) { return x.name != options.only; });
    if (!file.benchmarks.empty()) return file;
    throw std::runtime_error(options.benchmark.string() + " has no benchmark " + options.only +
                             ".");
}

ComparisonOrder order_of(const BenchmarkFile& file,
                         const core::GatePolicy& policy,
                         const RpmSide& baseline,
                         const RpmSide& variant) {
    ComparisonOrder order;
    order.benchmark = file;
    order.benchmark_digest = core::digest_of(file);
    order.baseline_rpms = baseline.rpms;
    order.variant_rpms = variant.rpms;
    order.pairs_next = policy.looks.front();
    return order;
}

bench::ComparisonContext context_of(const TwinSetOptions& options,
                                    const RpmSide& baseline,
                                    const RpmSide& variant,
                                    const std::function<bool()>& cancelled,
                                    const std::function<void(std::string_view)>& log) {
    bench::ComparisonContext context;
    context.mock_command = options.mock_command;
    context.environment = os::current_environment();
    context.attempt_config = options.attempt_config;
    context.work_directory = options.work_directory;
    context.rpm_files = baseline.files;
    context.rpm_files.insert(variant.files.begin(), variant.files.end());
    context.unique_ext = options.unique_ext;
    context.isolation = "simple";
    context.measure_program = options.measure_program;
    context.log = log;
    context.cancelled = cancelled;
    return context;
}

}  // namespace

void compare_repeatedly(const TwinSetOptions& options,
                        std::uint64_t first_seed,
                        int comparisons,
                        const std::function<bool()>& cancelled,
                        const std::function<void(std::string_view)>& log,
                        const std::function<void(const Compared&)>& took) {
    const core::GatePolicy policy =
        scheduler::load_release(options.release, options.mock_configs).gate;
    const BenchmarkFile file = benchmarks_of(options);
    const core::SequentialGate gate = core::gate_of(policy, file);
    const RpmSide baseline_rpms = read_side(options.baseline);
    const RpmSide variant_rpms = read_side(options.variant);
    const ComparisonOrder order = order_of(file, policy, baseline_rpms, variant_rpms);
    bench::ComparisonContext context =
        context_of(options, baseline_rpms, variant_rpms, cancelled, log);

    std::filesystem::create_directories(context.work_directory);
    const auto never = bench::MockRoot::Deadline::max();
    bench::MockRoot baseline(context, "baseline", context.unique_ext + "-a", never);
    bench::MockRoot variant(context, "variant", context.unique_ext + "-b", never);
    check(bench::set_up_roots(order, context, baseline, variant));
    const bench::Twins twins{baseline, variant, bench::choose_cpu()};
    for (int i = 0; i < comparisons; ++i) {
        context.seed = first_seed + static_cast<std::uint64_t>(i);
        Referee referee(gate, policy, file);
        context.hand_in = [&referee](const LookReport& look) { return referee.take(look); };
        const auto begun = steady_clock::now();
        check(bench::measure_looks(order, context, twins));
        took(referee.compared(context.seed, steady_clock::now() - begun));
    }
}

}  // namespace terrace::truth
