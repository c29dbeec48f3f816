// What the metadata of a large repository costs: all of it anew, and after one package was added,
// against createrepo_c over the same files; and what it costs to know that no client is hurt.
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/output/output.hpp"
#include "cli/output/table.hpp"
#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/client_check.hpp"
#include "scheduler/publish/repo_writer.hpp"
#include "tests/bench/publish/equal_content.hpp"
#include "tests/bench/statistics.hpp"

namespace terrace::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr TimePoint kTime{std::chrono::seconds(1'700'000'000)};

struct Options {
    std::filesystem::path packages;  ///< Packages/ of the repository
    std::filesystem::path added;     ///< Packages/ with the one that is added
    std::filesystem::path work;
    int rounds = 3;
    bool only_check = false;
};

double seconds_since(Clock::time_point started) {
    return std::chrono::duration<double>(Clock::now() - started).count();
}

template <class Work>
double seconds_of(Work work) {
    const Clock::time_point started = Clock::now();
    work();
    return seconds_since(started);
}

using Files = std::vector<std::pair<std::filesystem::path, publish::RepoPackage>>;

Files files_of(const std::filesystem::path& packages) {
    Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(packages)) {
        if (entry.is_regular_file()) {
            files.emplace_back(
                entry.path(),
                publish::RepoPackage{entry.path().filename(), os::sha256_of_file(entry.path())});
        }
    }
    return files;
}

/// The tree of a compose: a hard link for each package.
void link_tree(const Files& files, const std::filesystem::path& directory) {
    for (const auto& [path, package] : files) {
        const auto link = directory / publish::package_location(package.filename);
        std::filesystem::create_directories(link.parent_path());
        std::filesystem::create_hard_link(path, link);
    }
}

void write_ours(const Files& files,
                const std::filesystem::path& directory,
                const std::filesystem::path& cache) {
    std::vector<publish::RepoPackage> packages;
    for (const auto& file : files) packages.push_back(file.second);
    publish::write_repo(directory, std::move(packages), kTime, publish::MetadataCache(cache));
}

/// As createrepo_c does best: no databases, which no client has read for years, and every core.
void write_theirs(const std::filesystem::path& directory, bool update) {
    std::vector<std::string> arguments = {"createrepo_c", "--quiet", "--no-database", directory};
    if (update) arguments.emplace_back("--update");
    const os::CapturedRun run = os::run_captured(
        {.arguments = arguments, .environment = os::current_environment()}, std::chrono::hours(1));
    if (run.exit_code != 0) throw std::runtime_error("createrepo_c failed: " + run.output);
}

struct Times {
    double link = 0;
    double full = 0;
    double incremental = 0;
    double full_theirs = 0;
    double update_theirs = 0;
    double check_full = 0;
    double check = 0;
};

/// The repository of the baseline and of a complete variant of a compose. Both have the same
/// packages here, but their clients differ, so all is solved for each.
void offer_to_clients(const std::filesystem::path& repository,
                      const std::filesystem::path& compose) {
    for (const char* variant : {"x86_64", "x86_64_v3"}) {
        std::filesystem::create_directories(compose / variant);
        std::filesystem::create_directory_symlink(std::filesystem::absolute(repository),
                                                  compose / variant / "os");
    }
}

void check(const std::filesystem::path& work, const std::string& compose, bool first) {
    publish::ClientCheck check;
    check.compose = work / "composes" / compose;
    check.variants = {{"x86_64", Level::x86_64, Encoding::arch},
                      {"x86_64_v3", Level::x86_64_v3, Encoding::arch}};
    if (!first) check.earlier = {work / "composes" / "1"};
    check.cache = work / "cache";
    const auto findings = publish::check_clients(check, {});
    if (!findings.empty())
        throw std::runtime_error("The clients are hurt: " + to_string(findings.front()));
}

/// One round: both write the repository, get one package more, and write it again.
Times one_round(const Files& base,
                const Files& more,
                const std::filesystem::path& work,
                bool only_check) {
    Times times;
    const std::filesystem::path cache = work / "cache";
    const std::filesystem::path ours = work / "ours";
    link_tree(base, ours);
    times.full = seconds_of([&] { write_ours(base, ours, cache); });
    const std::filesystem::path next = work / "next";
    times.link = seconds_of([&] { link_tree(more, next); });
    times.incremental = seconds_of([&] { write_ours(more, next, cache); });

    offer_to_clients(ours, work / "composes" / "1");
    offer_to_clients(next, work / "composes" / "2");
    times.check_full = seconds_of([&] { check(work, "1", true); });
    times.check = seconds_of([&] { check(work, "2", false); });

    const std::filesystem::path theirs = work / "theirs";
    if (!only_check) {
        link_tree(base, theirs);
        times.full_theirs = seconds_of([&] { write_theirs(theirs, false); });
        link_tree({more.back()}, theirs);
        times.update_theirs = seconds_of([&] { write_theirs(theirs, true); });
        expect_equal_content(next, theirs, work);
    }
    for (const auto& directory : {cache, ours, next, theirs, work / "composes"})
        std::filesystem::remove_all(directory);
    return times;
}

int run(const Options& options) {
    const Files base = files_of(options.packages);
    Files more = base;
    const Files added = files_of(options.added);
    if (base.empty() || added.size() != 1)
        throw std::runtime_error("There must be packages, and one to add.");
    more.push_back(added.front());

    std::map<std::string, std::vector<double>> rounds;
    for (int round = 0; round < options.rounds; ++round) {
        const Times times = one_round(base, more, options.work, options.only_check);
        rounds["link_s"].push_back(times.link);
        rounds["full_s"].push_back(times.full);
        rounds["incremental_s"].push_back(times.incremental);
        rounds["createrepo_full_s"].push_back(times.full_theirs);
        rounds["createrepo_update_s"].push_back(times.update_theirs);
        rounds["client_check_full_s"].push_back(times.check_full);
        rounds["client_check_s"].push_back(times.check);
        rounds["ratio_vs_createrepo_update"].push_back(times.update_theirs / times.incremental);
        rounds["full_ratio_vs_createrepo"].push_back(times.full_theirs / times.full);
    }
    wire::json::object metrics;
    cli::Table table({{"what"}, {"median of " + std::to_string(options.rounds)}});
    for (const auto& [name, values] : rounds) {
        const double value = median(values);
        metrics[name] = std::round(value * 1000) / 1000;
        table.add({{name}, {fmt::format("{:.3f}", value)}});
    }
    fmt::print("{} packages, and one more{}\n", base.size(),
               options.only_check ? "" : "; both repositories say the same of each");
    cli::Output output = cli::standard_output();
    output.print(table, "");
    const wire::json::value line = {{"bench", "publish"}, {"metrics", metrics}};
    std::cout << wire::json::serialize(line) << std::endl;
    return 0;
}

}  // namespace
}  // namespace terrace::bench

int main(int argc, char** argv) {
    CLI::App app{"Repository metadata: all of it, and one package more, against createrepo_c"};
    terrace::bench::Options options;
    app.add_option("--packages", options.packages, "Directory of RPM files")->required();
    app.add_option("--added", options.added, "Directory of the RPM file to add")->required();
    app.add_option("--work", options.work, "Where to write, on the same file system")->required();
    app.add_flag("--only-check", options.only_check, "Without createrepo_c's times");
    app.add_option("--rounds", options.rounds, "How often")->check(CLI::Range(1, 100));
    CLI11_PARSE(app, argc, argv);
    try {
        return terrace::bench::run(options);
    } catch (const std::exception& e) {
        std::cerr << "bench_publish: " << e.what() << "\n";
        return 1;
    }
}
