#include "scheduler/publish/provenance.hpp"

#include <algorithm>

#include <string_view>

#include "common/vocab/cpu_level.hpp"
#include "common/vocab/sha256.hpp"
#include "common/wire/json.hpp"

namespace terrace::publish {
namespace {

namespace json = wire::json;

constexpr const char* kStatementType = "https://in-toto.io/Statement/v1";
constexpr const char* kPredicateType = "https://slsa.dev/provenance/v1";
constexpr const char* kBuildType = "urn:terrace:build:v1";

json::object sha256_of(const Digest& digest) {
    return {{"sha256", digest.hex}};
}

std::vector<std::string> parts_of(const std::string& identity) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
        end = identity.find('/', begin);
        parts.push_back(identity.substr(begin, end == std::string::npos ? end : end - begin));
    }
    return parts;
}

/// What the release file asked for. An identity holds the digest of the variant's configuration,
/// and that of the package's rule where it says anything (core/farm_reuse.cpp).
json::object parameters_of(const BuildFacts& facts,
                           const core::ReleaseSpec& release,
                           const std::vector<std::string>& identity) {
    json::object parameters = {{"release", facts.release}, {"source", facts.srpm_name},
                               {"variant", facts.variant}, {"dist", facts.dist},
                               {"mode", facts.mode},       {"seed", facts.seed.hex}};
    const core::VariantSpec* variant = release.variant(facts.variant);
    if (variant != nullptr && identity.size() > 1 && variant->digest == identity[1]) {
        parameters["target_arch"] = variant->target_arch;
        parameters["target_level"] = name_of(variant->target_level);
        parameters["run_level"] = name_of(variant->run_level);
        parameters["encoding"] = name_of(variant->encoding);
        parameters["mock_config"] = variant->mock_config;
        parameters["defines"] = wire::to_json(variant->defines);
    }
    const core::PackageRule& rule = release.rule(facts.package);
    const std::string rule_digest =
        sha256_of_text(rule.extra_flags + "\n" + (rule.skip_check.empty() ? "check" : "nocheck"))
            .hex;
    if (std::ranges::find(identity, rule_digest) != identity.end()) {
        parameters["extra_flags"] = rule.extra_flags;
        parameters["skip_check"] = !rule.skip_check.empty();
    }
    return parameters;
}

json::object host_of(const WorkerHello& host) {
    return {{"name", host.name},
            {"level", name_of(proven_level(host))},
            {"vendor", host.vendor},
            {"model", host.model},
            {"microcode", host.microcode},
            {"features", wire::to_json(host.features)},
            {"hypervisor", host.hypervisor},
            {"kernel", host.kernel}};
}

json::array dependencies_of(const BuildFacts& facts,
                            const std::vector<std::string>& identity,
                            const std::map<std::string, Digest>& rebuilt) {
    json::array dependencies;
    dependencies.push_back(json::object{{"name", facts.srpm_name},
                                        {"digest", sha256_of(facts.srpm_digest)},
                                        {"annotations", json::object{{"kind", "source"}}}});
    if (identity.size() > 1) {
        // The variant's lines of the release file, and its mock config with all that it includes.
        dependencies.push_back(
            json::object{{"name", "mock configuration of " + facts.variant},
                         {"digest", sha256_of({identity[1]})},
                         {"annotations", json::object{{"kind", "configuration"}}}});
    }
    for (const SeedRepo& repo : facts.seed_repos) {
        dependencies.push_back(json::object{{"name", repo.name},
                                            {"uri", repo.url + "/repodata/repomd.xml"},
                                            {"digest", sha256_of(repo.repomd_digest)},
                                            {"annotations", json::object{{"kind", "seed"}}}});
    }
    for (const std::string& nevra : facts.buildroot) {
        // A package of the seed is proven by the seed's repomd.xml, which leads to its digest.
        json::object package = {{"name", nevra},
                                {"annotations", json::object{{"kind", "buildroot"}}}};
        const auto made = rebuilt.find(nvr_of_nevra(nevra));
        if (made != rebuilt.end()) package["digest"] = sha256_of(made->second);
        dependencies.push_back(std::move(package));
    }
    return dependencies;
}

json::object run_of(const BuildFacts& facts) {
    json::object metadata = {
        {"invocationId",
         "build/" + std::to_string(facts.id.value) +
             (facts.attempt ? "/attempt/" + std::to_string(facts.attempt->value) : std::string())}};
    if (facts.started_at) metadata["startedOn"] = wire::format_time(*facts.started_at);
    if (facts.ended_at) metadata["finishedOn"] = wire::format_time(*facts.ended_at);
    return {{"builder", json::object{{"id", "urn:terrace:worker:" + facts.host.name},
                                     {"version", json::object{{"mock", facts.host.mock_version},
                                                              {"rpm", facts.host.rpm_version}}}}},
            {"metadata", std::move(metadata)}};
}

}  // namespace

std::string provenance_of(const BuildFacts& facts,
                          const core::ReleaseSpec& release,
                          const std::vector<Subject>& subjects,
                          const std::map<std::string, Digest>& rebuilt) {
    const std::vector<std::string> identity = parts_of(facts.identity);
    json::array files;
    for (const Subject& subject : subjects) {
        files.push_back(
            json::object{{"name", subject.filename}, {"digest", sha256_of(subject.digest)}});
    }
    json::object definition = {{"buildType", kBuildType},
                               {"externalParameters", parameters_of(facts, release, identity)},
                               {"internalParameters", json::object{{"identity", facts.identity},
                                                                   {"rebuild", facts.rebuild.value},
                                                                   {"host", host_of(facts.host)}}},
                               {"resolvedDependencies", dependencies_of(facts, identity, rebuilt)}};
    return json::serialize(json::object{
        {"_type", kStatementType},
        {"subject", std::move(files)},
        {"predicateType", kPredicateType},
        {"predicate",
         json::object{{"buildDefinition", std::move(definition)}, {"runDetails", run_of(facts)}}}});
}

std::string nvr_of_file(const std::string& filename) {
    const std::string nevra = filename.substr(0, filename.rfind(".rpm"));
    return nevra.substr(0, nevra.rfind('.'));
}

std::string nvr_of_nevra(const std::string& nevra) {
    std::string nvr = nevra.substr(0, nevra.rfind('.'));
    const std::size_t colon = nvr.rfind(':');
    if (colon == std::string::npos) return nvr;
    const std::size_t dash = nvr.rfind('-', colon);
    return dash == std::string::npos ? nvr : nvr.erase(dash + 1, colon - dash);
}

}  // namespace terrace::publish
