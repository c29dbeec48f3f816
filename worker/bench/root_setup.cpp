#include "worker/bench/root_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/bench/measurement.hpp"
#include "worker/bench/package_choice.hpp"
#include "worker/bench/root_scripts.hpp"

namespace terrace::bench {

namespace {

constexpr std::chrono::minutes kQueryTimeMax{2};
constexpr std::size_t kLinesInErrors = 12;

using Paths = std::vector<std::filesystem::path>;

struct Choice {
    Paths installed;                ///< of the baseline, in both roots
    std::set<std::string> swapped;  ///< names of those that each side has its own of
    Paths baseline;
    Paths variant;
};

Result<std::filesystem::path> file_of(const RpmFile& rpm, const ComparisonContext& context) {
    for (const std::string& key : {rpm.digest.hex, rpm.filename}) {
        const auto found = context.rpm_files.find(key);
        if (found != context.rpm_files.end()) return found->second;
    }
    return Error{Errc::not_found, fmt::format("The file of {} was not fetched.", rpm.filename)};
}

Result<std::vector<PackageLinks>> query_links(const Paths& rpms, const ComparisonContext& context) {
    os::ChildSpec query{context.reader_prefix, context.environment};
    query.arguments.insert(query.arguments.end(),
                           {"rpm", "-qp", "--nosignature", "--qf", kLinksFormat});
    for (const std::filesystem::path& rpm : rpms) query.arguments.push_back(rpm.string());
    const os::CapturedRun result = os::run_captured(query, kQueryTimeMax, 64 << 20);
    if (result.exit_code != 0) {
        return Error{Errc::unavailable,
                     fmt::format("This host's rpm cannot read the baseline's packages: {}",
                                 last_lines(result.output, kLinesInErrors))};
    }
    return parse_links(result.output);
}

Result<std::set<std::string>> choose_names(const ComparisonOrder& order,
                                           const ComparisonContext& context) {
    Paths candidates;
    for (const RpmFile& rpm : order.baseline_rpms) {
        if (rpm.debug) continue;
        const Result<std::filesystem::path> file = file_of(rpm, context);
        if (file.has_error()) return file.error();
        candidates.push_back(*file);
    }
    const Result<std::vector<PackageLinks>> links = query_links(candidates, context);
    if (links.has_error()) return links.error();
    return choose_packages(order.benchmark.install, *links);
}

Result<std::filesystem::path> variant_file_of(const std::string& name,
                                              const ComparisonOrder& order,
                                              const ComparisonContext& context) {
    const auto rpm = std::ranges::find_if(order.variant_rpms, [&](const RpmFile& candidate) {
        return candidate.nevra.name == name && candidate.nevra.arch != "noarch";
    });
    if (rpm != order.variant_rpms.end()) return file_of(*rpm, context);
    return Error{
        Errc::invalid_argument,
        fmt::format("The variant's build did not make {}, which the baseline's did.", name)};
}

/// noarch packages have no code of their own: both roots keep the baseline's.
Result<Choice> choose(const ComparisonOrder& order, const ComparisonContext& context) {
    const Result<std::set<std::string>> names = choose_names(order, context);
    if (names.has_error()) return names.error();
    Choice choice;
    for (const RpmFile& rpm : order.baseline_rpms) {
        if (rpm.debug || !names->contains(rpm.nevra.name)) continue;
        const Result<std::filesystem::path> file = file_of(rpm, context);
        if (file.has_error()) return file.error();
        choice.installed.push_back(*file);
        if (rpm.nevra.arch == "noarch") continue;
        const Result<std::filesystem::path> variant_file =
            variant_file_of(rpm.nevra.name, order, context);
        if (variant_file.has_error()) return variant_file.error();
        choice.swapped.insert(rpm.nevra.name);
        choice.baseline.push_back(*file);
        choice.variant.push_back(*variant_file);
    }
    if (!choice.swapped.empty()) return choice;
    return Error{
        Errc::invalid_argument,
        fmt::format("The benchmark of {} installs no package with code.", order.benchmark.package)};
}

/// The directory that becomes kToolDirectory.
std::filesystem::path stage(const ComparisonOrder& order,
                            const ComparisonContext& context,
                            const Choice& choice,
                            const std::string& side,
                            const Paths& rpms) {
    std::filesystem::path directory = context.work_directory / ("stage-" + side);
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory / kRpmDirectory);
    std::filesystem::copy_file(context.measure_program, directory / kMeasureFile);
    std::filesystem::permissions(directory / kMeasureFile, std::filesystem::perms(0755));
    os::write_file_atomically(directory / kCorpusFile, order.benchmark.corpus);
    os::write_file_atomically(directory / kPrepareFile, prepare_script());
    os::write_file_atomically(directory / kSwapFile, swap_script(choice.swapped));
    os::write_file_atomically(directory / kMoveFile, move_script());
    std::filesystem::permissions(directory / kCorpusFile, std::filesystem::perms(0644));
    for (const std::filesystem::path& rpm : rpms) {
        std::filesystem::copy_file(rpm, directory / kRpmDirectory / rpm.filename());
    }
    return directory;
}

Result<std::string> run_script(MockRoot& root, const char* script) {
    return root.run(fmt::format("/bin/bash {}/{}", kToolDirectory, script));
}

struct Prepared {
    std::string packages_digest;
    std::string corpus_digest;
};

Result<Prepared> prepare(MockRoot& root, const Paths& rpms, const std::filesystem::path& staged) {
    if (const Result<void> done = root.init(); done.has_error()) return done.error();
    if (const Result<void> done = root.install(rpms); done.has_error()) return done.error();
    if (const Result<void> done = root.copy_in(staged, kToolDirectory); done.has_error())
        return done.error();
    const Result<std::string> output = run_script(root, kPrepareFile);
    if (output.has_error()) return output.error();
    const std::optional<Measurement> corpus_run = find_measurement(*output);
    if (corpus_run && corpus_run->exit_code != 0) {
        return Error{Errc::invalid_argument,
                     fmt::format("The corpus script failed in the {}'s root with exit code {}: {}",
                                 root.side(), corpus_run->exit_code,
                                 last_lines(shown_output(*output), kLinesInErrors))};
    }
    const auto packages = find_after(*output, kPackagesMarker);
    const auto corpus = find_after(*output, kCorpusMarker);
    if (packages && corpus) return Prepared{*packages, *corpus};
    return Error{Errc::unavailable, fmt::format("The {}'s root could not be prepared: {}",
                                                root.side(), last_lines(*output, kLinesInErrors))};
}

Result<void> swap_packages(MockRoot& root, const ComparisonContext& context) {
    const Result<std::string> output = run_script(root, kSwapFile);
    if (output.has_error()) return output.error();
    const auto installed = find_after(*output, kSwappedMarker);
    if (!installed) {
        return Error{Errc::invalid_argument,
                     fmt::format("The {}'s packages could not be put into its root: {}",
                                 root.side(), last_lines(*output, kLinesInErrors))};
    }
    context.log(fmt::format("the {}'s root measures {}", root.side(), *installed));
    return {};
}

}  // namespace

Result<void> set_up_roots(const ComparisonOrder& order,
                          const ComparisonContext& context,
                          MockRoot& baseline,
                          MockRoot& variant) {
    std::filesystem::create_directories(context.work_directory);
    const Result<Choice> choice = choose(order, context);
    if (choice.has_error()) return choice.error();
    const auto baseline_stage = stage(order, context, *choice, "a", choice->baseline);
    const auto variant_stage = stage(order, context, *choice, "b", choice->variant);
    const Result<Prepared> first = prepare(baseline, choice->installed, baseline_stage);
    if (first.has_error()) return first.error();
    const Result<Prepared> second = prepare(variant, choice->installed, variant_stage);
    if (second.has_error()) return second.error();
    if (first->packages_digest != second->packages_digest) {
        return Error{Errc::unavailable,
                     "The twin roots got different packages from the same seed."};
    }
    if (first->corpus_digest != second->corpus_digest) {
        return Error{Errc::invalid_argument,
                     fmt::format("The corpus script of {} makes other data each time it runs.",
                                 order.benchmark.package)};
    }
    if (const Result<void> done = swap_packages(baseline, context); done.has_error())
        return done.error();
    return swap_packages(variant, context);
}

}  // namespace terrace::bench
