#include "scheduler/publish/client_check.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "scheduler/publish/client_offer.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

using solv::Client;
using solv::ClientRepo;
using solv::Errand;
using solv::Machine;
using solv::Names;
using NameList = std::vector<std::string>;

// Beyond these nobody reads on: the first ones tell what is wrong.
constexpr std::size_t kFindingsMax = 50;

void check_stop(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw PublishError("The scheduler was stopped before the clients were checked.");
}

/// The names that are not the same in both.
Names changed_names(const solv::Versions& before, const solv::Versions& after) {
    Names changed;
    for (const auto& [name, versions] : before) {
        const auto found = after.find(name);
        if (found == after.end() || found->second != versions) changed.insert(name);
    }
    for (const auto& [name, versions] : after) {
        if (!before.contains(name)) changed.insert(name);
    }
    return changed;
}

/// The level of an RPM architecture; the lowest for those that are none's.
Level level_of_arch(const std::string& arch) {
    for (const Level level : {Level::x86_64_v2, Level::x86_64_v3, Level::x86_64_v4}) {
        if (arch == name_of(level)) return level;
    }
    return Level::x86_64;
}

NameList those_in(const Names& names, const solv::Versions& offered) {
    NameList list;
    for (const std::string& name : names) {
        if (offered.contains(name)) list.push_back(name);
    }
    return list;
}

bool has(const Machine& machine, const std::string& name) {
    return std::ranges::binary_search(machine.packages(), name, {}, &solv::OnMachine::name);
}

/// All errands of one client.
class ClientErrands {
public:
    ClientErrands(const ClientCheck& check,
                  const Client& client,
                  const OfferedVariant& variant,
                  const ClientOffer& now,
                  const std::stop_token& stop,
                  std::vector<ClientFinding>& findings)
        : check_(check),
          client_(client),
          variant_(variant),
          now_(now),
          versions_(now.versions(variant)),
          stop_(stop),
          findings_(findings) {}

    void run(const std::vector<ClientOffer>& earlier) {
        solv::ClientWorld world(client_, with_platform(now_));
        std::vector<Start> starts;
        Names fresh;  // the last one's: where there is none, all is new
        if (earlier.empty()) fresh = changed_names({}, versions_);
        Names reach;
        for (const ClientOffer& offer : earlier) {
            check_stop(stop_);
            starts.push_back(start_from(offer, world, fresh));
            reach.insert(starts.back().reach.begin(), starts.back().reach.end());
        }
        const NameList names = those_in(fresh, versions_);
        reach.insert(names.begin(), names.end());
        const Names reach_now = world.reach_of(reach);
        const std::vector<ClientRepo> repos = std::move(world).narrowed_to(reach_now);
        for (const std::string& name : judge_together(names, repos)) install_alone(name, repos);
        for (const Start& start : starts) {
            for (const auto& [machine, on_it] : machines_with(start.names, start.repos)) {
                if (!check_.back) move(Errand::upgrade, machine, on_it, start, repos);
                move(Errand::distro_sync, machine, on_it, start, repos);
            }
        }
    }

private:
    /// Where clients may come from: an earlier compose, with no more of it than matters.
    struct Start {
        std::string name;  ///< "compose 16"
        NameList names;    ///< what may come out otherwise now
        Names reach;       ///< these, and all that they may need
        std::vector<ClientRepo> repos;
    };

    /// @param affected becomes all that may come out otherwise, whether it was there or not
    Start start_from(const ClientOffer& earlier, solv::ClientWorld& now, Names& affected) const {
        const solv::Versions had = earlier.versions(variant_);
        const Names changed = changed_names(had, versions_);
        solv::ClientWorld then(client_, with_platform(earlier));
        affected = now.affected_by(changed);
        affected.merge(then.affected_by(changed));
        Start start{"compose " + earlier.name(), those_in(affected, had), {}, {}};
        start.reach = then.reach_of({start.names.begin(), start.names.end()});
        start.repos = std::move(then).narrowed_to(start.reach);
        return start;
    }

    std::vector<ClientRepo> with_platform(const ClientOffer& offer) const {
        std::vector<ClientRepo> repos = offer.enabled(variant_);
        repos.insert(repos.end(), check_.platform.begin(), check_.platform.end());
        return repos;
    }

    /// Machines that have these names between them, as many as go together on each, and which of
    /// them it has. What cannot be installed at all is on none.
    std::vector<std::pair<Machine, NameList>> machines_with(
        NameList names, const std::vector<ClientRepo>& repos) const {
        std::vector<std::pair<Machine, NameList>> machines;
        while (!names.empty()) {
            check_stop(stop_);
            Machine machine(client_);
            machine.install_what_goes(repos, names);
            NameList on_it;
            NameList rest;
            for (std::string& name : names)
                (has(machine, name) ? on_it : rest).push_back(std::move(name));
            if (on_it.empty()) break;
            names = std::move(rest);
            machines.emplace_back(std::move(machine), std::move(on_it));
        }
        return machines;
    }

    /// The names that must be looked at alone: what could not be installed with others, and what is
    /// wrong on a machine that has many.
    NameList judge_together(const NameList& names, const std::vector<ClientRepo>& repos) const {
        Names alone(names.begin(), names.end());
        for (const auto& [machine, on_it] : machines_with(names, repos)) {
            if (!wrong_on(machine).empty()) continue;
            for (const std::string& name : on_it) alone.erase(name);
        }
        return {alone.begin(), alone.end()};
    }

    void install_alone(const std::string& name, const std::vector<ClientRepo>& repos) {
        if (is_full()) return;
        check_stop(stop_);
        Machine machine(client_);
        const NameList problems = machine.run(Errand::install, repos, NameList{name});
        if (!problems.empty()) return report("install", name, problems.front());
        for (const auto& [package, cause] : wrong_on(machine)) report("install", package, cause);
    }

    /// An errand of a machine that has these names; if it cannot be done, finds out for which of
    /// them.
    void move(Errand errand,
              const Machine& machine,
              const NameList& names,
              const Start& start,
              const std::vector<ClientRepo>& repos) {
        if (is_full()) return;
        check_stop(stop_);
        Machine moved = machine;
        const NameList problems = moved.run(errand, repos);
        const std::string what = name_of(errand) + " from " + start.name;
        if (problems.empty()) {
            if (check_.back) report_left_behind(moved, what);
            for (const auto& [package, cause] : wrong_on(moved)) {
                if (errand != Errand::upgrade || !is_known_to_stall(package, start.repos))
                    report(what, package, cause);
            }
            return;
        }
        const std::size_t before = findings_.size();
        const std::size_t half = names.size() / 2;
        for (const auto part : {std::span(names).first(half), std::span(names).subspan(half)}) {
            if (half == 0) break;
            for (const auto& [smaller, on_it] :
                 machines_with({part.begin(), part.end()}, start.repos))
                move(errand, smaller, on_it, start, repos);
        }
        if (findings_.size() == before) report(what, names.front(), problems.front());
    }

    /// Whether who has the package also has one that the release allows to stall.
    bool is_known_to_stall(const std::string& package, const std::vector<ClientRepo>& then) const {
        if (check_.stalled.empty()) return false;
        Machine machine(client_);
        if (!machine.run(Errand::install, then, NameList{package}).empty()) return false;
        return std::ranges::any_of(machine.packages(), [&](const solv::OnMachine& one) {
            return check_.stalled.contains(one.name + "." + one.arch);
        });
    }

    /// By package.
    std::vector<std::pair<std::string, std::string>> wrong_on(const Machine& machine) const {
        std::vector<std::pair<std::string, std::string>> wrong;
        for (const solv::OnMachine& package : machine.packages()) {
            if (level_of_arch(package.arch) > client_.level)
                wrong.emplace_back(package.name,
                                   "It would get a package for " + package.arch + ".");
            const auto baseline = now_.newest().find(package.name);
            if (baseline == now_.newest().end() || !(package.evr < baseline->second)) continue;
            wrong.emplace_back(package.name, "It would have " + to_string(package.evr) + "." +
                                                 package.arch + ", and the baseline has " +
                                                 to_string(baseline->second) + ".");
        }
        return wrong;
    }

    /// What the stream had, and a client keeps though the stream has gone back.
    void report_left_behind(const Machine& machine, const std::string& errand) {
        for (const solv::OnMachine& package : machine.packages()) {
            const auto baseline = now_.newest().find(package.name);
            const bool of_stream = std::ranges::none_of(
                check_.platform, [&](const auto& repo) { return repo.name == package.repo; });
            if (!of_stream || baseline == now_.newest().end() || !(baseline->second < package.evr))
                continue;
            report(errand, package.name,
                   "It would keep " + to_string(package.evr) + "." + package.arch +
                       ", and the stream goes back to " + to_string(baseline->second) + ".");
        }
    }

    bool is_full() const { return findings_.size() >= kFindingsMax; }

    void report(const std::string& errand, const std::string& package, const std::string& cause) {
        const auto same = [&](const ClientFinding& known) {
            return known.client == name_of(client_) && known.errand == errand &&
                   known.package == package;
        };
        if (!is_full() && std::ranges::none_of(findings_, same))
            findings_.push_back({name_of(client_), errand, package, cause});
    }

    const ClientCheck& check_;
    const Client client_;
    const OfferedVariant& variant_;
    const ClientOffer& now_;
    const solv::Versions versions_;  ///< of the compose
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
    for (const OfferedVariant& variant : check.variants) {
        const std::filesystem::path repository = check.compose / variant.name / "os";
        if (!std::filesystem::exists(repository))
            throw PublishError("There is no repository in " + repository.string() + ".");
    }
    const ClientMetadata metadata(check.cache);
    std::vector<ClientOffer> earlier;
    for (const auto& compose : check.earlier)
        earlier.emplace_back(compose, check.variants, metadata);
    check_stop(stop);
    const ClientOffer now(check.compose, check.variants, metadata);
    std::vector<ClientFinding> findings;
    std::set<std::string> views;
    constexpr std::array kLevels = {Level::x86_64, Level::x86_64_v2, Level::x86_64_v3,
                                    Level::x86_64_v4};
    for (const Level level : kLevels) {
        if (level < check.variants.front().level) continue;
        for (const bool level_aware : {false, true}) {
            const Client client{level, level_aware};
            if (!views.insert(view_of(check.variants, client)).second) continue;
            ClientErrands(check, client, variant_for(check.variants, client), now, stop, findings)
                .run(earlier);
        }
    }
    return findings;
}

}  // namespace terrace::publish
