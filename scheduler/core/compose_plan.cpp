#include "scheduler/core/compose_plan.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace terrace::core {
namespace {

constexpr const char* kSourceRepo = "source";

std::string repo_for(const std::string& variant, const RpmFile& rpm) {
    return variant + (rpm.debug ? "/debug" : "/os");
}

ComposePackage row_for(const RpmFile& rpm,
                       const std::string& repo,
                       const std::string& source,
                       BuildId build) {
    ComposePackage row;
    static_cast<RpmFile&>(row) = rpm;
    row.repo = repo;
    row.source = source;
    row.build = build;
    return row;
}

void add_source(const ReleaseSpec& release,
                const SourceOutcome& outcome,
                std::vector<ComposePackage>& rows) {
    for (const RpmFile& rpm : outcome.baseline.rpms) {
        if (rpm.nevra.arch == "src") {
            rows.push_back(row_for(rpm, kSourceRepo, outcome.source, outcome.baseline.build));
            continue;
        }
        for (const VariantSpec& variant : release.variants) {
            const bool holds_baseline =
                variant.name == release.baseline().name || variant.encoding == Encoding::arch;
            if (!holds_baseline) continue;
            rows.push_back(
                row_for(rpm, repo_for(variant.name, rpm), outcome.source, outcome.baseline.build));
        }
    }
    for (const auto& [variant, side] : outcome.promoted) {
        for (const RpmFile& rpm : side.rpms) {
            // noarch packages are the baseline's, shared by all; one SRPM is enough.
            if (rpm.nevra.arch == "src" || rpm.nevra.arch == "noarch") continue;
            rows.push_back(row_for(rpm, repo_for(variant, rpm), outcome.source, side.build));
        }
    }
}

/// What the baseline's users have, by name.
std::map<std::string, Evr> published_evrs(const ReleaseSpec& release,
                                          const std::vector<ComposePackage>& base) {
    std::map<std::string, Evr> evrs;
    for (const ComposePackage& row : base) {
        if (row.repo == release.baseline().name + "/os") evrs[row.nevra.name] = row.nevra.evr();
    }
    return evrs;
}

bool goes_back(const std::map<std::string, Evr>& published, const SourceOutcome& outcome) {
    return std::ranges::any_of(outcome.baseline.rpms, [&](const RpmFile& rpm) {
        const auto found = published.find(rpm.nevra.name);
        return rpm.nevra.arch != "src" && found != published.end() &&
               rpm.nevra.evr() < found->second;
    });
}

}  // namespace

std::vector<std::string> compose_repos(const ReleaseSpec& release) {
    std::vector<std::string> repos;
    for (const VariantSpec& variant : release.variants) {
        repos.push_back(variant.name + "/os");
        repos.push_back(variant.name + "/debug");
    }
    repos.emplace_back(kSourceRepo);
    return repos;
}

std::vector<ComposePackage> plan_compose(const ReleaseSpec& release,
                                         const std::vector<ComposePackage>& base,
                                         const std::vector<SourceOutcome>& rebuilt) {
    const std::map<std::string, Evr> published = published_evrs(release, base);
    std::map<std::string, const SourceOutcome*> replacing;
    for (const SourceOutcome& outcome : rebuilt) {
        if (!goes_back(published, outcome)) replacing[outcome.source] = &outcome;
    }
    std::vector<ComposePackage> rows;
    for (const ComposePackage& row : base) {
        if (!replacing.contains(row.source)) rows.push_back(row);
    }
    for (const auto& [source, outcome] : replacing) add_source(release, *outcome, rows);
    std::ranges::sort(rows, {}, [](const ComposePackage& row) {
        return std::tie(row.repo, row.filename, row.source);
    });
    return rows;
}

std::string why_unpublishable(const std::vector<ComposePackage>& packages) {
    std::map<std::pair<std::string, std::string>, std::string> source_of;
    for (const ComposePackage& row : packages) {
        const auto [found, is_new] = source_of.try_emplace({row.repo, row.filename}, row.source);
        if (!is_new) {
            return "Source packages '" + found->second + "' and '" + row.source + "' both bring " +
                   row.filename + " to " + row.repo + ".";
        }
    }
    return {};
}

}  // namespace terrace::core
