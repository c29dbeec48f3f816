// Random releases with random histories of rebuilds: what must hold of every compose of them.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>

#include "scheduler/core/compose_rules.hpp"
#include "tests/unit/core/compose_builders.hpp"

namespace terrace::core::testing {
namespace {

/// splitmix64: the same numbers with every library.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t below(std::uint64_t limit) {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (z ^ (z >> 31)) % limit;
    }
    bool percent(std::uint64_t chance) { return below(100) < chance; }

private:
    std::uint64_t state_;
};

ReleaseSpec random_release(Random& random) {
    ReleaseSpec release = a_release();
    const VariantSpec variant = release.variants[1];
    release.variants.resize(1);
    for (const char* name : {"x86_64_v3", "x86_64_v4"}) {
        if (random.percent(25)) continue;
        release.variants.push_back(variant);
        release.variants.back().name = name;
        release.variants.back().encoding = random.percent(50) ? Encoding::arch : Encoding::flags;
        const bool arch = release.variants.back().encoding == Encoding::arch;
        release.variants.back().target_arch = arch ? name : "x86_64";
    }
    release.compose.allow_stall = random.percent(50) ? AllowStall::distro_sync : AllowStall::never;
    if (random.percent(50)) release.compose.abi_groups = {{"group", {"s1", "s2", "s3"}}};
    return release;
}

/// Some packages of a source: compiled ones, noarch ones, other ones each time.
SourceOutcome random_outcome(Random& random,
                             const ReleaseSpec& release,
                             const std::string& source,
                             int rebuild) {
    const std::string evr_release = std::to_string(rebuild);
    SourceOutcome outcome;
    outcome.source = source;
    outcome.baseline.build = BuildId{rebuild * 10};
    const bool noarch = random.percent(10);
    std::vector<std::string> names = {source};
    if (random.percent(60)) names.push_back(source + "-libs");
    if (random.percent(30)) names.push_back(source + "-tools");
    const bool doc = random.percent(50);
    const auto fill = [&](SourceOutcome::Side& side, const std::string& arch) {
        for (const std::string& name : names)
            side.rpms.push_back(an_rpm(name, evr_release, noarch ? "noarch" : arch));
        if (doc) side.rpms.push_back(an_rpm(source + "-doc", evr_release, "noarch"));
        side.rpms.push_back(an_rpm(source + "-debuginfo", evr_release, arch));
        side.rpms.push_back(an_rpm(source, evr_release, "src"));
    };
    fill(outcome.baseline, "x86_64");
    for (std::size_t i = 1; i < release.variants.size(); ++i) {
        if (noarch || random.percent(40)) continue;  // it failed, or did not pass its gate
        SourceOutcome::Side& side = outcome.promoted[release.variants[i].name];
        side.build = BuildId{rebuild * 10 + static_cast<int>(i)};
        fill(side, release.variants[i].target_arch);
        if (random.percent(10)) side.rpms.erase(side.rpms.begin());  // not the baseline's packages
    }
    return outcome;
}

using Names = std::set<std::string>;

/// The names that a repo has of one architecture.
Names names_in(const ComposePlan& plan, const std::string& repo, const std::string& arch) {
    Names names;
    for (const ComposePackage& row : plan.packages) {
        if (row.repo == repo && row.nevra.arch == arch) names.insert(row.nevra.name);
    }
    return names;
}

std::map<std::string, Evr> baseline_of(const ComposePlan& plan) {
    std::map<std::string, Evr> evrs;
    for (const ComposePackage& row : plan.packages) {
        if (row.repo == "x86_64/os") evrs[row.nevra.name] = row.nevra.evr();
    }
    return evrs;
}

/// Clients that took whatever they ever could at each level, and upgraded ever since.
class Clients {
public:
    void follow(const ReleaseSpec& release, const ComposePlan& plan) {
        for (const VariantSpec& variant : release.variants) {
            if (variant.encoding != Encoding::arch || variant.target_arch == "x86_64") continue;
            const std::string repo = variant.name + "/os";
            const Names at_level = names_in(plan, repo, variant.target_arch);
            const Names baseline = names_in(plan, repo, "x86_64");
            for (const std::string& name : at_level) had_.insert(name + "." + variant.target_arch);
            for (const std::string& name : baseline) {
                const std::string full = name + "." + variant.target_arch;
                if (had_.contains(full) && !at_level.contains(name)) stuck_.insert(full);
                if (at_level.contains(name)) stuck_.erase(full);
            }
            // What is gone from the baseline, or noarch, holds nobody back.
            std::erase_if(stuck_, [&](const std::string& full) {
                const std::string name = full.substr(0, full.rfind('.'));
                return full.ends_with("." + variant.target_arch) && !baseline.contains(name);
            });
            std::erase_if(had_, [&](const std::string& full) {
                const std::string name = full.substr(0, full.rfind('.'));
                return full.ends_with("." + variant.target_arch) && !baseline.contains(name);
            });
        }
    }
    const Names& stuck() const { return stuck_; }

private:
    Names had_;
    Names stuck_;
};

}  // namespace

TEST_CASE("whatever rebuilds bring, a compose that may be published keeps every rule") {
    int published = 0;
    int refused = 0;
    int stalls = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        const ReleaseSpec release = random_release(random);
        ComposePlan stream;
        Clients clients;
        for (int rebuild = 1; rebuild <= 8; ++rebuild) {
            std::vector<SourceOutcome> outcomes;
            for (const char* source : {"s1", "s2", "s3", "s4", "s5"}) {
                // One that is late brings what is older than what the stream has.
                const int of = random.percent(10) ? rebuild - 1 : rebuild;
                if (random.percent(50))
                    outcomes.push_back(random_outcome(random, release, source, of));
            }
            const ComposePlan next = plan_compose(release, base_of(stream), outcomes);
            REQUIRE(broken_compose_rules(release, next.packages).empty());
            if (!next.error.empty()) {
                REQUIRE(release.compose.allow_stall == AllowStall::never);
                REQUIRE(!next.stalled.empty());
                ++refused;
                continue;  // the stream does not move
            }
            const auto before = baseline_of(stream);
            for (const auto& [name, evr] : baseline_of(next)) {
                const auto found = before.find(name);
                REQUIRE((found == before.end() || !(evr < found->second)));
            }
            clients.follow(release, next);
            REQUIRE(Names(next.stalled.begin(), next.stalled.end()) == clients.stuck());
            if (release.compose.allow_stall == AllowStall::never) REQUIRE(next.stalled.empty());
            stalls += static_cast<int>(next.stalled.size());
            stream = next;
            ++published;
        }
    }
    CHECK(published > 1000);
    CHECK(refused > 100);
    CHECK(stalls > 100);
}

}  // namespace terrace::core::testing
