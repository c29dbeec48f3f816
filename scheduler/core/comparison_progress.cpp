#include "scheduler/core/comparison_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "common/vocab/names.hpp"
#include "common/vocab/sha256.hpp"

namespace terrace::core {

Digest digest_of(const BenchmarkFile& file) {
    // Each text with its length before it, so that no two files give the same sequence.
    std::string text;
    const auto add = [&](const std::string& part) {
        text += std::to_string(part.size()) + ":" + part;
    };
    add(file.package);
    add(std::to_string(file.install.size()));
    for (const std::string& package : file.install) add(package);
    add(file.corpus);
    for (const Benchmark& benchmark : file.benchmarks) {
        add(benchmark.name);
        add(benchmark.command);
    }
    return sha256_of_text(text);
}

Progress progress_of(const Measured& measured, const std::string& cpu, const Digest& benchmark) {
    Progress progress;
    for (const auto& [key, look] : measured.looks) {
        if (look.cpu != cpu || look.benchmark_digest != benchmark) continue;
        const auto first = measured.samples.lower_bound({look.attempt, "", 0, false});
        for (auto it = first; it != measured.samples.end(); ++it) {
            const ComparisonSample& sample = it->second;
            if (sample.attempt != look.attempt) break;
            if (sample.pair >= progress.pairs && sample.pair < look.pairs)
                progress.samples.push_back(sample);
        }
        progress.pairs = look.pairs;
    }
    return progress;
}

int attempts_with_looks(const Measured& measured) {
    std::set<AttemptId> attempts;
    for (const auto& [key, look] : measured.looks) attempts.insert(look.attempt);
    return static_cast<int>(attempts.size());
}

std::optional<Error> why_refused(const LookReport& look,
                                 const BenchmarkFile& file,
                                 int pairs_done,
                                 int pairs_max) {
    const auto refuse = [](std::string message) {
        return Error{Errc::invalid_argument, std::move(message)};
    };
    if (look.benchmark_digest != digest_of(file))
        return refuse("The benchmark file has changed since this attempt was leased.");
    if (look.pairs_done != pairs_done || look.pairs <= pairs_done || look.pairs % 2 != 0 ||
        look.pairs > pairs_max) {
        return refuse(fmt::format(
            "The look brings pairs {} to {}; the comparison has {} on such a CPU, and takes at "
            "most {}.",
            look.pairs_done, look.pairs, pairs_done, pairs_max));
    }
    std::set<std::tuple<std::string, int, bool>> seen;
    for (const Sample& sample : look.samples) {
        const bool known = std::ranges::find(file.benchmarks, sample.benchmark, &Benchmark::name) !=
                           file.benchmarks.end();
        const bool sane = sample.wall_us >= 0 && sample.user_us >= 0 && sample.system_us >= 0 &&
                          sample.memory_peak_bytes >= 0 && sample.others_us >= 0;
        const bool fits = sample.pair >= pairs_done && sample.pair < look.pairs;
        if (!known || !sane || !fits ||
            !seen.insert({sample.benchmark, sample.pair, sample.variant}).second) {
            return refuse(
                fmt::format("A sample of '{}' is of another look, reported twice or "
                            "negative.",
                            sample.benchmark));
        }
    }
    const auto pairs_new = static_cast<std::size_t>(look.pairs - pairs_done);
    if (seen.size() != file.benchmarks.size() * pairs_new * 2)
        return refuse("The look does not bring every benchmark's pairs of both sides.");
    return std::nullopt;
}

}  // namespace terrace::core
