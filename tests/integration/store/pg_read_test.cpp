#include "scheduler/store/pg_read.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "scheduler/engine/ports.hpp"
#include "scheduler/store/pg_store.hpp"
#include "tests/integration/store/sample_farm.hpp"
#include "tests/integration/store/test_database.hpp"

using namespace terrace;
namespace json = boost::json;

namespace {

/// A database with the sample farm, and a reader of it.
struct Farm {
    test::TestDatabase database;
    store::PgRead read{database.dsn(), "/srv/published"};

    Farm() { store::PgStore(database.dsn()).commit(test::a_farm()); }
};

std::string keys_of(const json::value& row) {
    std::string keys;
    for (const auto& [key, value] : row.as_object()) {
        keys += keys.empty() ? "" : " ";
        keys += std::string_view(key.data(), key.size());
    }
    return keys;
}

json::value digest_text(char digit) {
    return json::value(std::string(64, digit));
}

json::value parsed(const std::string& text) {
    return json::parse(text);
}

json::value parsed(const std::optional<std::string>& text) {
    REQUIRE(text);
    return json::parse(*text);
}

constexpr const char* kBuildKeys =
    "id rebuild package variant state outcome evidence attempts reused_from attempt worker wall_ms "
    "finished_at";
constexpr const char* kComparisonKeys =
    "id rebuild package variant kind vendor state verdict reason results cpu p p_adjusted "
    "inherited_from "
    "promoted baseline_build variant_build baseline_wall_ms variant_wall_ms baseline_bytes "
    "variant_bytes decided_at";

}  // namespace

TEST_CASE("status counts what runs") {
    Farm farm;
    CHECK(parsed(farm.read.status("0.1.0")) ==
          parsed(std::string(
              R"({"version": "0.1.0", "workers": 2, "rebuilds_running": 1, "builds_ready": 1,
                     "builds_leased": 1, "database": "ok"})")));
}

TEST_CASE("workers are listed with their live leases") {
    Farm farm;
    const json::value workers = parsed(farm.read.workers({}));
    REQUIRE(workers.as_array().size() == 2);
    CHECK(keys_of(workers.at(0)) ==
          "id name level hello registered_at seen_at running admission since reason by_farm "
          "probe_at probe probes_passed evidence");
    CHECK(workers.at(0).at("admission") == "enabled");
    CHECK(workers.at(0).at("since").is_null());
    CHECK(workers.at(0).at("evidence").as_array().empty());
    CHECK(workers.at(1).at("admission") == "quarantined");
    CHECK(workers.at(1).at("probe_at") == "2026-11-22T00:10:41.007+00:00");
    CHECK(workers.at(1).at("evidence").at(0).at("sentence") == "No space \"left\".");
    CHECK(workers.at(1).at("evidence").at(0).at("built_by") == "worker-1");
    CHECK(workers.at(0).at("running") == 2);
    CHECK(workers.at(1).at("running") == 0);
    CHECK(workers.at(0).at("hello").at("memory_bytes") == std::int64_t{1} << 40);
    CHECK(workers.at(0).at("registered_at") == "2026-11-22T00:00:03.007+00:00");

    const json::value worker = parsed(farm.read.worker("worker-1"));
    CHECK(keys_of(worker) ==
          "id name level hello registered_at seen_at running admission since reason by_farm "
          "probe_at probe probes_passed evidence leases");
    REQUIRE(worker.at("leases").as_array().size() == 2);
    CHECK(keys_of(worker.at("leases").at(0)) ==
          "attempt slot build comparison package variant granted_at expires_at");
    CHECK(worker.at("leases").at(0).at("comparison") == 21);
    CHECK(worker.at("leases").at(0).at("package") == "zlib");
    CHECK(worker.at("leases").at(1).at("package") == "xz");
    CHECK(worker.at("leases").at(1).at("variant") == "x86_64");
    CHECK_FALSE(farm.read.worker("no such worker"));
}

TEST_CASE("package sets, packages and seeds are those of the release") {
    Farm farm;
    const json::value sets = parsed(farm.read.package_sets("mini-1", {}));
    REQUIRE(sets.as_array().size() == 1);
    CHECK(keys_of(sets.at(0)) == "id release imported_at packages");
    CHECK(sets.at(0).at("packages") == 2);
    CHECK(parsed(farm.read.package_sets("other", {})).as_array().empty());

    const json::value packages = parsed(farm.read.packages("mini-1", {}));
    REQUIRE(packages.as_array().size() == 2);
    CHECK(packages.at(0).at("srpm_size") == 5'000'000'000);
    CHECK(packages.at(0).at("build_requires").as_array().size() == 3);
    CHECK(parsed(farm.read.packages("other", {})).as_array().empty());

    const json::value seeds = parsed(farm.read.seeds("", 10));
    REQUIRE(seeds.as_array().size() == 1);
    CHECK(keys_of(seeds.at(0)) == "id release repos added_at");
}

TEST_CASE("only the newest package set's packages are listed") {
    Farm farm;
    core::PackageSet newer = test::a_package_set();
    newer.id = PackageSetId{2};
    core::SourcePackage package = test::a_source_package(3, "bash");
    package.package_set = newer.id;
    store::PgStore(farm.database.dsn()).commit({newer, package});
    const json::value packages = parsed(farm.read.packages("mini-1", {}));
    REQUIRE(packages.as_array().size() == 1);
    CHECK(packages.at(0).at("name") == "bash");
}

TEST_CASE("rebuilds are listed with the states of what is in them") {
    Farm farm;
    const json::value rebuild = parsed(farm.read.rebuild(RebuildId{1}));
    CHECK(keys_of(rebuild) ==
          "id release package_set seed mode priority stream variants counter state created_at "
          "finished_at share paused retry_of second_pass_of "
          "builds comparisons compose");
    CHECK(rebuild.at("builds") ==
          parsed(std::string(R"({"leased": 1, "ready": 1, "succeeded": 2})")));
    CHECK(rebuild.at("comparisons") == parsed(std::string(R"({"leased": 1})")));
    CHECK(rebuild.at("compose") == 31);
    CHECK(rebuild.at("finished_at").is_null());
    CHECK(parsed(farm.read.rebuilds("mini-1", {})).at(0) == rebuild);
    CHECK(parsed(farm.read.rebuilds("other", {})).as_array().empty());
    CHECK_FALSE(farm.read.rebuild(RebuildId{99}));
}

TEST_CASE("builds are listed with their newest attempt") {
    Farm farm;
    const json::value builds = parsed(farm.read.builds({}, {}));
    REQUIRE(builds.as_array().size() == 4);
    CHECK(keys_of(builds.at(0)) == kBuildKeys);
    CHECK(builds.at(0).at("attempt") == 101);
    CHECK(builds.at(0).at("worker") == "worker-1");
    CHECK(builds.at(0).at("wall_ms") == 12'000);
    CHECK(builds.at(1).at("reused_from") == 11);
    CHECK(builds.at(1).at("attempt") == 101);
    CHECK(builds.at(3).at("attempt").is_null());
    CHECK(builds.at(3).at("worker").is_null());
}

TEST_CASE("builds are filtered and cut into pages") {
    Farm farm;
    const auto ids = [&](const store::BuildFilter& filter, store::Page page = {}) {
        const json::value builds = parsed(farm.read.builds(filter, page));
        std::vector<std::int64_t> result;
        for (const json::value& build : builds.as_array())
            result.push_back(build.at("id").as_int64());
        return result;
    };
    using Ids = std::vector<std::int64_t>;
    CHECK(ids({RebuildId{1}, "", "", ""}).size() == 4);
    CHECK(ids({RebuildId{2}, "", "", ""}).empty());
    CHECK(ids({{}, "succeeded", "", ""}) == Ids{11, 12});
    CHECK(ids({{}, "", "x86_64_v3", ""}) == Ids{12, 14});
    CHECK(ids({{}, "", "", "xz"}) == Ids{13, 14});
    CHECK(ids({RebuildId{1}, "ready", "x86_64_v3", "xz"}) == Ids{14});
    CHECK(ids({{}, "' or true --", "", ""}).empty());
    CHECK(ids({}, {11, 2}) == Ids{12, 13});
    CHECK(ids({}, {0, -5}) == Ids{11});
    CHECK(ids({}, {0, std::int64_t{1} << 40}).size() == 4);
}

TEST_CASE("one build has its attempts and packages, of the reused build where there is one") {
    Farm farm;
    for (const int id : {11, 12}) {
        CAPTURE(id);
        const json::value build = parsed(farm.read.build(BuildId{id}));
        CHECK(keys_of(build) == std::string(kBuildKeys) +
                                    " identity dist level_used audit_findings from_seed ready_at "
                                    "attempt_list rpms");
        REQUIRE(build.at("attempt_list").as_array().size() == 1);
        CHECK(build.at("attempt_list").at(0).at("worker") == "worker-1");
        CHECK(build.at("attempt_list").at(0).at("memory_peak_bytes") == std::int64_t{1} << 33);
        CHECK(build.at("attempt_list").at(0).at("bytes_written") == std::int64_t{1} << 35);
        CHECK(build.at("attempt_list").at(0).at("buildroot_packages") == 2);
        REQUIRE(build.at("rpms").as_array().size() == 2);
        CHECK(build.at("rpms").at(0).at("nevra").at("name") == "zlib");
    }
    CHECK(parsed(farm.read.build(BuildId{14})).at("attempt_list").as_array().empty());
    CHECK_FALSE(farm.read.build(BuildId{99}));
}

TEST_CASE("a build has its audit, also of the reused build, or none") {
    Farm farm;
    for (const int id : {11, 12}) {
        CAPTURE(id);
        const json::value audit = parsed(farm.read.build_audit(BuildId{id}));
        CHECK(keys_of(audit) == "build report");
        CHECK(audit.at("build") == 11);
        CHECK(audit.at("report").at("findings").at(0).at("function") == "main");
        CHECK(audit.at("report").at("interfaces").at(0).at("package") == "zlib");
    }
    CHECK_FALSE(farm.read.build_audit(BuildId{14}));
    CHECK_FALSE(farm.read.build_audit(BuildId{99}));
}

TEST_CASE("a build root is found by its digest, with its packages") {
    Farm farm;
    const auto build = parsed(farm.read.build(BuildId{11}));
    const std::string id(build.at("attempt_list").at(0).at("buildroot").as_string());
    const auto buildroot = parsed(farm.read.buildroot(id));
    CHECK(keys_of(buildroot) == "id packages");
    CHECK(buildroot.at("packages") == json::array{"bash-5.2-1.x86_64", "zlib-1.3-1.x86_64"});
    CHECK_FALSE(farm.read.buildroot("none"));
}

TEST_CASE("what provenance says of a build is in its facts") {
    Farm farm;
    const auto facts = parsed(farm.read.build_facts(BuildId{11}));
    CHECK(facts.at("release") == "mini-1");
    CHECK(facts.at("identity") == "identity-11");
    CHECK(facts.at("srpm_digest") == digest_text('a'));
    CHECK(facts.at("seed") == digest_text('5'));
    CHECK(facts.at("seed_repos").at(0).at("repomd_digest") == digest_text('6'));
    CHECK(facts.at("attempt") == 101);
    CHECK(facts.at("started_at").is_string());
    CHECK(facts.at("host").at("name") == "worker-1");
    CHECK(facts.at("buildroot") == json::array{"bash-5.2-1.x86_64", "zlib-1.3-1.x86_64"});
    CHECK_FALSE(farm.read.build_facts(BuildId{99}));
    // One that took its packages from another has no attempt of its own.
    CHECK(parsed(farm.read.build_facts(BuildId{14})).at("attempt").is_null());
    const auto rpms = parsed(farm.read.rebuilt_rpms(RebuildId{1}, "x86_64"));
    REQUIRE(!rpms.as_array().empty());
    CHECK(keys_of(rpms.at(0)) == "filename digest");
    CHECK(parsed(farm.read.rebuilt_rpms(RebuildId{1}, "none")).as_array().empty());
}

TEST_CASE("an attempt has ended, or not, or is not there") {
    Farm farm;
    const json::value ended = parsed(farm.read.attempt_ends({AttemptId{101}, AttemptId{1}}));
    REQUIRE(ended.as_array().size() == 1);
    CHECK(keys_of(ended.at(0)) == "id ended_at outcome");
    CHECK(ended.at(0).at("id") == 101);
    CHECK(ended.at(0).at("ended_at").is_string());
    CHECK(ended.at(0).at("outcome") == "ok");
    const json::value runs = parsed(farm.read.attempt_ends({AttemptId{103}}));
    REQUIRE(runs.as_array().size() == 1);
    CHECK(runs.at(0).at("ended_at").is_null());
    CHECK(runs.at(0).at("outcome").is_null());
    CHECK(parsed(farm.read.attempt_ends({})).as_array().empty());
}

TEST_CASE("comparisons have times and sizes of both sides, without debug packages") {
    Farm farm;
    const json::value list = parsed(farm.read.comparisons(RebuildId{1}, "ab", {}));
    REQUIRE(list.as_array().size() == 1);
    CHECK(keys_of(list.at(0)) == kComparisonKeys);
    CHECK(list.at(0).at("baseline_wall_ms") == 12'000);
    CHECK(list.at(0).at("variant_wall_ms") == 12'000);
    CHECK(list.at(0).at("baseline_bytes") == 100);
    CHECK(list.at(0).at("variant_bytes") == 100);
    CHECK(list.at(0).at("results").at(0).at("ratio").to_number<double>() == 1.125);
    CHECK(parsed(farm.read.comparisons(RebuildId{2}, "ab", {})).as_array().empty());

    const json::value one = parsed(farm.read.comparison(ComparisonId{21}));
    CHECK(keys_of(one) == std::string(kComparisonKeys) + " samples looks");
    REQUIRE(one.at("samples").as_array().size() == 3);
    CHECK(one.at("samples").at(0).at("variant") == false);
    CHECK(one.at("samples").at(2).at("others_us") == 7);
    REQUIRE(one.at("looks").as_array().size() == 2);
    CHECK(one.at("looks").at(1).at("pairs") == 4);
    CHECK(one.at("looks").at(1).at("host").at("governor") == "performance");
    CHECK_FALSE(farm.read.comparison(ComparisonId{99}));
}

TEST_CASE("composes and streams have their paths") {
    Farm farm;
    const json::value composes = parsed(farm.read.composes("mini-1", "testing", {}));
    REQUIRE(composes.as_array().size() == 1);
    CHECK(keys_of(composes.at(0)) ==
          "id release rebuild stream base state failures not_before error created_at finished_at "
          "removed_at signing stalled notes packages path");
    CHECK(composes.at(0).at("signing") == "gnupg");
    CHECK(composes.at(0).at("packages") == 2);
    CHECK(composes.at(0).at("path") == "/srv/published/mini-1/composes/31");
    CHECK(parsed(farm.read.composes("", "stable", {})).as_array().empty());

    const json::value compose = parsed(farm.read.compose(ComposeId{31}));
    REQUIRE(compose.at("package_list").as_array().size() == 2);
    CHECK(compose.at("package_list").at(1).at("repo") == "x86_64_v3/os");
    CHECK_FALSE(farm.read.compose(ComposeId{99}));

    const json::value streams = parsed(farm.read.streams("mini-1"));
    REQUIRE(streams.as_array().size() == 1);
    CHECK(keys_of(streams.at(0)) == "release name compose path");
    CHECK(streams.at(0).at("path") == "/srv/published/mini-1/streams/testing");
    CHECK(parsed(farm.read.streams("other")).as_array().empty());

    const json::value moves = parsed(farm.read.stream_moves("mini-1", "testing", {}));
    REQUIRE(moves.as_array().size() == 1);
    CHECK(keys_of(moves.at(0)) ==
          "id release stream kind compose before state error created_at finished_at hurt_allowed "
          "client_check");
    CHECK(parsed(farm.read.stream_move(StreamMoveId{1})) == moves.at(0));
    CHECK(parsed(farm.read.stream_moves("", "stable", {})).as_array().empty());
    CHECK_FALSE(farm.read.stream_move(StreamMoveId{2}));
}

TEST_CASE("what differs between two composes is told by repo, name and architecture") {
    Farm farm;
    core::Rebuild rebuild = test::a_rebuild();
    rebuild.id = RebuildId{2};
    rebuild.counter = 99;
    core::Compose compose = test::a_compose(32, 2);
    core::ComposePackage newer = test::a_compose_package(32, "x86_64/os", "zlib");
    newer.nevra.epoch = 2;
    newer.digest = Digest{std::string(64, 'f')};
    store::PgStore(farm.database.dsn())
        .commit({rebuild, compose, newer, test::a_compose_package(32, "source", "xz")});
    const json::value diff = parsed(farm.read.compose_diff(ComposeId{31}, ComposeId{32}));
    const json::value& packages = diff.at("packages");
    REQUIRE(packages.as_array().size() == 3);
    const std::string evr = test::a_compose_package(31, "", "zlib").nevra.version + "-" +
                            test::a_compose_package(31, "", "zlib").nevra.release;
    CHECK(packages.at(0).at("repo") == "source");
    CHECK(packages.at(0).at("before").is_null());
    CHECK(packages.at(1).at("repo") == "x86_64/os");
    CHECK(packages.at(1).at("before") == json::value("1:" + evr));
    CHECK(packages.at(1).at("after") == json::value("2:" + evr));
    CHECK(packages.at(2).at("repo") == "x86_64_v3/os");
    CHECK(packages.at(2).at("after").is_null());
    CHECK(parsed(farm.read.compose_diff(ComposeId{31}, ComposeId{31}))
              .at("packages")
              .as_array()
              .empty());
    CHECK_FALSE(farm.read.compose_diff(ComposeId{31}, ComposeId{99}));
}

TEST_CASE("a reader whose connection was lost makes another") {
    Farm farm;
    farm.read.status("0.1.0");
    farm.database.end_sessions();
    CHECK_NOTHROW(farm.read.status("0.1.0"));
    farm.database.end_sessions();
    CHECK_NOTHROW(farm.read.status("0.1.0"));
}

TEST_CASE("a database that cannot be reached is an error, and not for ever") {
    store::PgRead read("host=/no/such/directory", "/srv/published");
    CHECK_THROWS_AS(read.status("0.1.0"), engine::StoreError);
    CHECK_THROWS_AS(read.status("0.1.0"), engine::StoreError);
}
