#include "scheduler/publish/provenance.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

namespace json = boost::json;

const std::string kVariantDigest(64, 'b');

core::ReleaseSpec a_release() {
    core::ReleaseSpec release;
    release.name = "f45";
    core::VariantSpec variant;
    variant.name = "x86_64_v3";
    variant.target_arch = "x86_64_v3";
    variant.target_level = variant.run_level = Level::x86_64_v3;
    variant.mock_config = "f45-x86_64_v3";
    variant.defines = {"_fast 1"};
    variant.digest = kVariantDigest;
    release.variants = {variant};
    release.packages["tool"].extra_flags = "-ffp-contract=off";
    return release;
}

BuildFacts some_facts() {
    BuildFacts facts;
    facts.id = BuildId{17};
    facts.rebuild = RebuildId{3};
    facts.release = "f45";
    facts.package = "tool";
    facts.variant = "x86_64_v3";
    facts.srpm_name = "tool-1.0-1.src.rpm";
    facts.srpm_digest = os::sha256_of_text("srpm");
    facts.seed = os::sha256_of_text("seed");
    facts.seed_repos = {{"base", "https://example.org/base", os::sha256_of_text("repomd")}};
    facts.identity = facts.srpm_digest.hex + "/" + kVariantDigest + "/" + facts.seed.hex + "/" +
                     os::sha256_of_text("-ffp-contract=off\ncheck").hex;
    facts.dist = ".fc45.3";
    facts.mode = "ordered";
    facts.attempt = AttemptId{93};
    facts.started_at = TimePoint(std::chrono::seconds(1'700'000'000));
    facts.host.name = "alpha";
    facts.host.microcode = "0x2b";
    facts.buildroot = {"bash-5.2-1.x86_64", "lib-2:1.0-1.x86_64"};
    return facts;
}

json::value statement_of(const BuildFacts& facts, const core::ReleaseSpec& release) {
    return json::parse(provenance_of(facts, release,
                                     {{"tool-1.0-1.x86_64_v3.rpm", os::sha256_of_text("signed")}},
                                     {{"lib-1.0-1", os::sha256_of_text("lib")}}));
}

std::string text_at(const json::value& value, const char* pointer) {
    return std::string(value.at_pointer(pointer).as_string());
}

}  // namespace

TEST_CASE("provenance is an in-toto statement with SLSA's predicate about the published files") {
    const json::value statement = statement_of(some_facts(), a_release());
    CHECK(text_at(statement, "/_type") == "https://in-toto.io/Statement/v1");
    CHECK(text_at(statement, "/predicateType") == "https://slsa.dev/provenance/v1");
    CHECK(text_at(statement, "/subject/0/name") == "tool-1.0-1.x86_64_v3.rpm");
    CHECK(text_at(statement, "/subject/0/digest/sha256") == os::sha256_of_text("signed").hex);
    CHECK(text_at(statement, "/predicate/buildDefinition/buildType") == "urn:terrace:build:v1");
    CHECK(text_at(statement, "/predicate/runDetails/builder/id") == "urn:terrace:worker:alpha");
    CHECK(text_at(statement, "/predicate/runDetails/metadata/invocationId") ==
          "build/17/attempt/93");
    CHECK(text_at(statement, "/predicate/runDetails/metadata/startedOn") ==
          "2023-11-14T22:13:20.000Z");
    CHECK(text_at(statement, "/predicate/buildDefinition/internalParameters/host/microcode") ==
          "0x2b");
}

TEST_CASE("what a build was made of is named, with its digest where that is known") {
    const json::value statement = statement_of(some_facts(), a_release());
    const json::array& made_of =
        statement.at_pointer("/predicate/buildDefinition/resolvedDependencies").as_array();
    REQUIRE(made_of.size() == 5);
    CHECK(text_at(made_of[0], "/digest/sha256") == os::sha256_of_text("srpm").hex);
    CHECK(text_at(made_of[1], "/digest/sha256") == kVariantDigest);
    CHECK(text_at(made_of[2], "/uri") == "https://example.org/base/repodata/repomd.xml");
    CHECK(text_at(made_of[2], "/digest/sha256") == os::sha256_of_text("repomd").hex);
    CHECK(text_at(made_of[3], "/name") == "bash-5.2-1.x86_64");
    CHECK_FALSE(made_of[3].as_object().contains("digest"));
    CHECK(text_at(made_of[4], "/digest/sha256") == os::sha256_of_text("lib").hex);
}

TEST_CASE("what the release file says now is claimed only if the build's identity holds it") {
    const char* const flags = "/predicate/buildDefinition/externalParameters";
    const json::value statement = statement_of(some_facts(), a_release());
    CHECK(text_at(statement.at_pointer(flags), "/extra_flags") == "-ffp-contract=off");
    CHECK(text_at(statement.at_pointer(flags), "/defines/0") == "_fast 1");
    CHECK(text_at(statement.at_pointer(flags), "/target_arch") == "x86_64_v3");

    core::ReleaseSpec changed = a_release();
    changed.variants[0].digest = std::string(64, 'c');
    changed.packages["tool"].extra_flags = "-O0";
    const json::value later = statement_of(some_facts(), changed);
    CHECK_FALSE(later.at_pointer(flags).as_object().contains("extra_flags"));
    CHECK_FALSE(later.at_pointer(flags).as_object().contains("defines"));
    CHECK(text_at(later.at_pointer(flags), "/variant") == "x86_64_v3");
}

TEST_CASE("names, versions and releases are found in file names and NEVRAs") {
    CHECK(nvr_of_file("bash-5.2-1.x86_64.rpm") == "bash-5.2-1");
    CHECK(nvr_of_nevra("bash-5.2-1.x86_64") == "bash-5.2-1");
    CHECK(nvr_of_nevra("tool-data-2:1.0-1.noarch") == "tool-data-1.0-1");
}
