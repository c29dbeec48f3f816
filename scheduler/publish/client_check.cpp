#include "scheduler/publish/client_check.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "common/solv/repomd.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

using solv::Client;
using solv::ClientRepo;
using solv::Errand;
using solv::Machine;

// Beyond these nobody reads on: the first ones tell what is wrong.
constexpr std::size_t kFindingsMax = 50;
// A level's repository is preferred to the baseline's where they have the same (dnf's default is
// 1000).
constexpr int kLevelCost = 900;

void check_stop(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw PublishError("The scheduler was stopped before the clients were checked.");
}

/// Of each name, the packages that there are.
using Versions = std::map<std::string, std::set<std::string>>;

Versions versions_of(const ClientRepo& repo) {
    solv::Pool pool;
    pool.add_solv(repo.name, *repo.metadata).value();
    Versions versions;
    for (const solv::Package package : pool.packages())
        versions[pool.name(package)].insert(pool.nevra(package) + pool.sha256(package));
    return versions;
}

/// The names of `of` that are not, or not the same, in `other`.
std::vector<std::string> changed_names(const Versions& of, const Versions& other) {
    std::vector<std::string> changed;
    for (const auto& [name, versions] : of) {
        const auto found = other.find(name);
        if (found == other.end() || found->second != versions) changed.push_back(name);
    }
    return changed;
}

/// The repositories of one compose, by variant.
class Offer {
public:
    Offer(const std::filesystem::path& compose, const std::vector<OfferedVariant>& variants)
        : name_(compose.filename()), baseline_(variants.front().name) {
        for (const OfferedVariant& variant : variants) {
            const std::filesystem::path directory = compose / variant.name / "os";
            if (!std::filesystem::exists(directory)) continue;  // a variant that is new
            repos_.emplace(variant.name, read(variant.name, directory));
        }
    }

    const std::string& name() const { return name_; }
    const ClientRepo& baseline() const { return repos_.at(baseline_); }

    /// What a client of this variant has enabled.
    std::vector<ClientRepo> enabled(const OfferedVariant& baseline,
                                    const OfferedVariant& variant) const {
        std::vector<ClientRepo> enabled;
        const auto add = [&](const OfferedVariant& of, int cost) {
            const auto found = repos_.find(of.name);
            if (found == repos_.end()) return;
            enabled.push_back(found->second);
            enabled.back().cost = cost;
        };
        if (variant.name == baseline.name || variant.encoding == Encoding::flags)
            add(baseline, 1000);
        if (variant.name != baseline.name) add(variant, kLevelCost);
        return enabled;
    }

private:
    static ClientRepo read(const std::string& name, const std::filesystem::path& directory) {
        const auto entry = solv::find_in_repomd(directory / "repodata" / "repomd.xml", "primary");
        if (!entry) throw PublishError(entry.error().message);
        auto repo = solv::read_client_repo(name, directory / entry->location);
        if (!repo) throw PublishError(repo.error().message);
        return *std::move(repo);
    }

    std::string name_;
    std::string baseline_;
    std::map<std::string, ClientRepo> repos_;
};

/// The newest EVR of each name in a repository.
std::map<std::string, Evr> newest_of(const ClientRepo& repo) {
    solv::Pool pool;
    pool.add_solv(repo.name, *repo.metadata).value();
    std::map<std::string, Evr> newest;
    for (const solv::Package package : pool.packages()) {
        const Evr evr = pool.evr(package);
        const auto [found, added] = newest.emplace(pool.name(package), evr);
        if (!added && found->second < evr) found->second = evr;
    }
    return newest;
}

/// The level of an RPM architecture; the lowest for those that are none's.
Level level_of_arch(const std::string& arch) {
    for (const Level level : {Level::x86_64_v2, Level::x86_64_v3, Level::x86_64_v4}) {
        if (arch == name_of(level)) return level;
    }
    return Level::x86_64;
}

/// All errands of one client.
class ClientErrands {
public:
    ClientErrands(const ClientCheck& check,
                  const Client& client,
                  const OfferedVariant& variant,
                  const Offer& now,
                  const std::stop_token& stop,
                  std::vector<ClientFinding>& findings)
        : check_(check),
          client_(client),
          variant_(variant),
          repos_(with_platform(now)),
          versions_(versions(now)),
          newest_(newest_of(now.baseline())),
          stop_(stop),
          findings_(findings) {}

    void fresh_installs(const Offer* last) {
        const auto changed = changed_names(versions_, last ? versions(*last) : Versions{});
        for (const Machine& machine : installed_together(repos_, changed, "install"))
            judge(machine, "install");
    }

    void from(const Offer& earlier) {
        const std::vector<ClientRepo> then = with_platform(earlier);
        const auto changed = changed_names(versions(earlier), versions_);
        // What could not be installed then is nothing that this compose has broken.
        for (const Machine& machine : installed_together(then, changed, "")) {
            for (const Errand errand : {Errand::upgrade, Errand::distro_sync}) {
                check_stop(stop_);
                Machine moved = machine;
                const std::string what = name_of(errand) + " from compose " + earlier.name();
                const std::vector<std::string> problems = moved.run(errand, repos_);
                if (!problems.empty()) {
                    report(what, machine.packages().front().name, problems.front());
                } else {
                    judge(moved, what);
                }
            }
        }
    }

private:
    std::vector<ClientRepo> with_platform(const Offer& offer) const {
        std::vector<ClientRepo> repos = offer.enabled(check_.variants.front(), variant_);
        repos.insert(repos.end(), check_.platform.begin(), check_.platform.end());
        return repos;
    }

    /// What the client sees of the compose's own packages.
    Versions versions(const Offer& offer) const {
        Versions all;
        for (const ClientRepo& repo : offer.enabled(check_.variants.front(), variant_)) {
            for (auto& [name, versions] : versions_of(repo)) all[name].merge(versions);
        }
        return all;
    }

    /// Machines that have these names between them: one if they all go together; else halves, down
    /// to the names that cannot be installed at all, which are findings of `errand` unless that is
    /// empty.
    std::vector<Machine> installed_together(const std::vector<ClientRepo>& repos,
                                            std::span<const std::string> names,
                                            const std::string& errand) {
        check_stop(stop_);
        if (names.empty()) return {};
        Machine machine(client_);
        const std::vector<std::string> problems = machine.run(Errand::install, repos, names);
        if (problems.empty()) return {machine};
        if (names.size() == 1) {
            if (!errand.empty()) report(errand, names.front(), problems.front());
            return {};
        }
        const std::size_t half = names.size() / 2;
        std::vector<Machine> machines = installed_together(repos, names.first(half), errand);
        for (Machine& more : installed_together(repos, names.subspan(half), errand))
            machines.push_back(std::move(more));
        return machines;
    }

    void judge(const Machine& machine, const std::string& errand) {
        for (const solv::OnMachine& package : machine.packages()) {
            if (level_of_arch(package.arch) > client_.level)
                report(errand, package.name, "It would get a package for " + package.arch + ".");
            const auto baseline = newest_.find(package.name);
            if (baseline == newest_.end() || !(package.evr < baseline->second)) continue;
            report(errand, package.name,
                   "It would have " + to_string(package.evr) + "." + package.arch +
                       ", and the baseline has " + to_string(baseline->second) + ".");
        }
    }

    void report(const std::string& errand, const std::string& package, const std::string& cause) {
        if (findings_.size() < kFindingsMax)
            findings_.push_back({name_of(client_), errand, package, cause});
    }

    const ClientCheck& check_;
    const Client client_;
    const OfferedVariant& variant_;
    const std::vector<ClientRepo> repos_;  ///< of the compose, and the platform's
    const Versions versions_;              ///< of the compose
    const std::map<std::string, Evr> newest_;
    const std::stop_token& stop_;
    std::vector<ClientFinding>& findings_;
};

/// The variant that a client takes packages from: the highest that its CPU runs and its package
/// manager can see.
const OfferedVariant& variant_for(const std::vector<OfferedVariant>& variants,
                                  const Client& client) {
    const OfferedVariant* best = &variants.front();
    for (const OfferedVariant& variant : variants) {
        const bool visible = variant.encoding == Encoding::flags || client.level_aware;
        if (visible && variant.level <= client.level && variant.level > best->level)
            best = &variant;
    }
    return *best;
}

/// Clients that see the same packages do the same; only the first of them has to be asked, which is
/// the one with the lowest level. So of a release with variants x86_64 and x86_64_v3 there are two
/// views with encoding `arch`: stock machines of every level, and level-aware ones from v3 up.
std::string view_of(const std::vector<OfferedVariant>& variants, const Client& client) {
    std::string view = variant_for(variants, client).name;
    for (const OfferedVariant& variant : variants) {
        if (client.level_aware && variant.level <= client.level) view += "|" + variant.name;
    }
    return client.level_aware ? view : view + "|" + variants.front().name;
}

}  // namespace

std::string to_string(const ClientFinding& finding) {
    return "Client " + finding.client + ", " + finding.errand + ", " + finding.package + ": " +
           finding.cause;
}

std::vector<ClientFinding> check_clients(const ClientCheck& check, const std::stop_token& stop) {
    const Offer now(check.compose, check.variants);
    std::vector<Offer> earlier;
    for (const auto& compose : check.earlier) earlier.emplace_back(compose, check.variants);
    std::vector<ClientFinding> findings;
    std::set<std::string> views;
    constexpr std::array kLevels = {Level::x86_64, Level::x86_64_v2, Level::x86_64_v3,
                                    Level::x86_64_v4};
    for (const Level level : kLevels) {
        if (level < check.variants.front().level) continue;
        for (const bool level_aware : {false, true}) {
            const Client client{level, level_aware};
            if (!views.insert(view_of(check.variants, client)).second) continue;
            ClientErrands errands(check, client, variant_for(check.variants, client), now, stop,
                                  findings);
            errands.fresh_installs(earlier.empty() ? nullptr : &earlier.back());
            for (const Offer& offer : earlier) errands.from(offer);
        }
    }
    return findings;
}

}  // namespace terrace::publish
