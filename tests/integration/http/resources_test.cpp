#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "common/wire/json.hpp"
#include "common/wire/provenance.hpp"
#include "common/wire/worker_api.hpp"
#include "scheduler/publish/provenance_store.hpp"
#include "scheduler/publish/signed_objects.hpp"
#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;

struct Talk : FarmTalk {
    void put(const std::string& content) {
        const auto file = farm.path() / "a-file";
        os::write_file_atomically(file, content);
        CHECK(client.upload("/v1/objects/" + os::sha256_of_text(content).hex, file, 60s)->status ==
              204);
    }
};

std::string error_of(const http::ClientResponse& response) {
    return wire::from_text<wire::Failure>(response.body)->error;
}

}  // namespace

TEST_CASE("lists pass their parameters on") {
    Talk talk;
    const std::vector<std::pair<std::string, std::string>> lists = {
        {"/v1/workers", R"(["workers 0 1000 "])"},
        {"/v1/package-sets?release=f45", R"(["package_sets 0 1000 f45"])"},
        {"/v1/packages?release=f45&after=3&limit=2", R"(["packages 3 2 f45"])"},
        {"/v1/seeds?limit=10", R"(["seeds 0 10 "])"},
        {"/v1/rebuilds?release=a%20b", R"(["rebuilds 0 1000 a b"])"},
        {"/v1/builds?rebuild=1&state=failed&variant=v3&package=zlib",
         R"(["builds 0 1000 failedv3zlib"])"},
        {"/v1/comparisons?rebuild=1", R"(["comparisons 0 1000 "])"},
        {"/v1/composes?release=f45&stream=testing", R"(["composes 0 1000 f45testing"])"},
        {"/v1/streams", R"(["streams 0 1000 "])"},
        {"/v1/moves?release=f45&stream=testing", R"(["moves 0 1000 f45testing"])"}};
    for (const auto& [target, body] : lists) {
        CAPTURE(target);
        const auto response = talk.get(target);
        CHECK(response.status == 200);
        CHECK(response.body == body);
    }
    CHECK(talk.get("/v1/builds?colour=red").status == 400);
}

TEST_CASE("rows are found by id or name, or are 404 with a sentence") {
    Talk talk;
    for (const std::string noun : {"rebuild", "build", "comparison", "compose", "move"}) {
        CAPTURE(noun);
        CHECK(talk.get("/v1/" + noun + "s/17").body == R"({"id":17})");
        const auto missing = talk.get("/v1/" + noun + "s/18");
        CHECK(missing.status == 404);
        CHECK(error_of(missing) == "There is no " + noun + " 18.");
        CHECK(talk.get("/v1/" + noun + "s/x").status == 400);
    }
    CHECK(talk.get("/v1/workers/alpha%20beta").status == 200);
    CHECK(talk.get("/v1/buildroots/ab12").status == 200);
    CHECK(talk.get("/v1/buildroots/none").status == 404);
    CHECK(error_of(talk.get("/v1/workers/gamma")) == "There is no worker 'gamma'.");
}

TEST_CASE("releases come from the configuration") {
    Talk talk;
    CHECK(
        talk.get("/v1/releases").body ==
        R"([{"name":"f45","dist_suffix":".fc45","baseline":"v3","variants":[{"name":"v3","target_arch":"",)"
        R"("target_level":"x86_64_v3","run_level":"x86_64","encoding":"arch","mock_config":""}],)"
        R"("streams":["testing"],"signing":"none"}])");
}

TEST_CASE("a client's configuration is made of the release's, and names what is not there") {
    Talk talk;
    const auto config = wire::from_text<wire::ClientConfig>(
        talk.get("/v1/releases/f45/streams/testing/client-config?variant=v3").body);
    REQUIRE(config.has_value());
    CHECK(config->name == "terrace-f45-testing.repo");
    CHECK(config->text.find("baseurl=https://repo.example.org/f45/streams/testing/v3/os\n") !=
          std::string::npos);
    for (const char* target :
         {"f46/streams/testing/client-config", "f45/streams/daily/client-config",
          "f45/streams/testing/client-config?variant=v9"})
        CHECK(talk.get(std::string("/v1/releases/") + target).status == 404);
    CHECK(talk.get("/v1/releases/f45/streams/testing/client-config?x=1").status == 400);
}

TEST_CASE("provenance is that of the build whose packages these are, by its identity") {
    Talk talk;
    talk.farm.reads.set_build(R"({"id":17,"reused_from":5,"identity":"abc"})");
    CHECK(error_of(talk.get("/v1/builds/17/provenance")).starts_with("Build 5 has no provenance"));
    const publish::ObjectStore store(talk.farm.path() / "objects");
    const wire::DsseEnvelope envelope{"e30=", wire::kInTotoPayloadType, {{"key", "c2ln"}}};
    const Digest digest = publish::put_bytes(store, wire::to_text(envelope));
    publish::note_provenance(store, {BuildId{5}, "abc", "f45", digest});
    std::filesystem::create_directories(talk.farm.path() / "published/f45");
    os::write_file_atomically(talk.farm.path() / "published/f45/provenance.pub", "PEM");
    const auto answer =
        wire::from_text<wire::BuildProvenance>(talk.get("/v1/builds/17/provenance").body);
    REQUIRE(answer.has_value());
    CHECK(answer->build == BuildId{5});
    CHECK(answer->digest == digest);
    CHECK(answer->envelope == envelope);
    CHECK(answer->public_key == "PEM");
    // A build of that number in another database.
    talk.farm.reads.set_build(R"({"id":17,"reused_from":5,"identity":"other"})");
    CHECK(talk.get("/v1/builds/17/provenance").status == 404);
}

TEST_CASE("an SBOM is the file of its compose") {
    Talk talk;
    CHECK(talk.get("/v1/composes/18/sbom").status == 404);
    talk.farm.reads.set_compose(R"({"id":17,"release":"f45"})");
    CHECK(error_of(talk.get("/v1/composes/17/sbom")).starts_with("Compose 17 has no SBOM"));
    const auto directory = talk.farm.path() / "published/f45/composes/17";
    std::filesystem::create_directories(directory);
    os::write_file_atomically(directory / "SBOM.spdx.json", "{}");
    CHECK(talk.get("/v1/composes/17/sbom").body == "{}");
}

TEST_CASE("the database's absence is a 503 with the first line of why") {
    Talk talk;
    const auto response = talk.get("/v1/status");
    CHECK(response.status == 503);
    CHECK(error_of(response) ==
          "The farm cannot do this now, try again: connection to server failed");
}

TEST_CASE("what an operator says of a worker reaches the engine, and its refusal comes back") {
    std::vector<core::OrderAdmission> told;
    Talk talk;
    talk.farm.engine.decide = [&told](const core::Event& event) -> Result<core::Reply> {
        told.push_back(std::get<core::OrderAdmission>(event));
        if (told.size() > 3) return Error{Errc::not_found, "There is no worker 'gamma'."};
        return core::Reply(core::Done{});
    };
    CHECK(talk.post("/v1/workers/alpha%20beta/disable", R"({"reason":"Its fan.","now":true})")
              .status == 204);
    CHECK(talk.post("/v1/workers/alpha/drain", "{}").status == 204);
    CHECK(talk.post("/v1/workers/alpha/enable", "{}").status == 204);
    const auto refused = talk.post("/v1/workers/gamma/quarantine", R"({"reason":"Slow."})");
    CHECK(refused.status == 404);
    CHECK(error_of(refused) == "There is no worker 'gamma'.");
    CHECK(talk.post("/v1/workers/alpha/drain", R"({"now":"yes"})").status == 400);
    CHECK(talk.post("/v1/workers/alpha/praise", "{}").status == 404);
    REQUIRE(told.size() == 4);
    CHECK(told[0].worker == "alpha beta");
    CHECK(told[0].order == core::AdmissionOrder::disable);
    CHECK(told[0].reason == "Its fan.");
    CHECK(told[0].now);
    CHECK(told[1].order == core::AdmissionOrder::drain);
    CHECK_FALSE(told[1].now);
    CHECK(told[2].order == core::AdmissionOrder::enable);
    CHECK(told[3].order == core::AdmissionOrder::quarantine);
}

TEST_CASE("a look is handed in and answered with how far to go on") {
    Talk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        const auto& look = std::get<core::ReportLook>(event);
        CHECK(look.attempt == AttemptId{7});
        CHECK(look.look.fence == 3);
        CHECK(look.look.pairs == 10);
        REQUIRE(look.look.samples.size() == 1);
        CHECK(look.look.samples.front().user_us == 5);
        CHECK(look.look.host.governor == "performance");
        return core::Reply(LookAnswer{20});
    };
    const auto answer = talk.post("/v1/attempts/7/looks", R"({"fence":3,"pairs_done":0,"pairs":10,
        "samples":[{"benchmark":"speed","pair":0,"variant":true,"user_us":5}],
        "host":{"governor":"performance"}})");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"pairs_next":20})");
    talk.farm.engine.decide = [](const core::Event&) -> Result<core::Reply> {
        return core::Reply(LookAnswer{});
    };
    CHECK(talk.post("/v1/attempts/7/looks", "{}").body == R"({"pairs_next":null})");
}

TEST_CASE("waivers are brought, listed and revoked, and the gate is shown") {
    std::vector<core::Event> told;
    Talk talk;
    talk.farm.engine.decide = [&told](const core::Event& event) -> Result<core::Reply> {
        told.push_back(event);
        if (std::holds_alternative<core::AddWaiver>(event))
            return core::Reply(core::MadeWaiver{WaiverId{4}});
        Waiver waiver;
        waiver.id = WaiverId{4};
        if (std::holds_alternative<core::ListWaivers>(event))
            return core::Reply(core::Waivers{{waiver}});
        GateRow row;
        row.package = "zlib";
        if (std::holds_alternative<core::ShowGate>(event))
            return core::Reply(core::GateRows{{row}});
        return core::Reply(core::Done{});
    };
    const auto made = talk.post("/v1/waivers", R"({"release":"f45","package":"zlib","variant":"v3",
        "stage":"audit","author":"ann","reason":"Dispatched.","expires_at":"2027-01-01T00:00:00Z"})");
    CHECK(made.status == 201);
    CHECK(made.body == R"({"id":4})");
    const Waiver& waiver = std::get<core::AddWaiver>(told.at(0)).waiver;
    CHECK(waiver.stage == GateStage::audit);
    CHECK(waiver.author == "ann");
    CHECK(waiver.expires_at == TimePoint(std::chrono::sys_days(std::chrono::year(2027) / 1 / 1)));
    CHECK(talk.post("/v1/waivers", R"({"stage":"lunch"})").status == 400);
    CHECK(talk.get("/v1/waivers?release=f45&all=1").body.starts_with(R"([{"id":4)"));
    CHECK(std::get<core::ListWaivers>(told.at(1)).all);
    CHECK(talk.post("/v1/waivers/4/revoke", R"({"author":"bob"})").status == 204);
    CHECK(std::get<core::RevokeWaiver>(told.at(2)).author == "bob");
    CHECK(talk.get("/v1/gate?rebuild=7&package=zlib").body.find(R"("package":"zlib")") !=
          std::string::npos);
    CHECK(std::get<core::ShowGate>(told.at(3)).rebuild == RebuildId{7});
}

TEST_CASE("a decision is asked for and given in Greenwave's words") {
    Talk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        const DecisionRequest& asked = std::get<core::AskDecision>(event).request;
        CHECK(asked.product_version == "f45");
        CHECK(asked.decision_context == "x86_64_v3");
        CHECK(asked.subject_identifier == "zlib-1.3-1.fc45");
        DecisionAnswer answer;
        answer.policies_satisfied = true;
        answer.summary = "All required tests passed";
        return core::Reply(answer);
    };
    const auto answer = talk.post("/api/v1.0/decision", R"({"product_version":"f45",
        "decision_context":"x86_64_v3","subject_type":"koji_build",
        "subject_identifier":"zlib-1.3-1.fc45","verbose":false})");
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with(
        R"({"policies_satisfied":true,"summary":"All required tests passed")"));
    CHECK(answer.body.find(R"("unsatisfied_requirements":[])") != std::string::npos);
}

TEST_CASE("a worker registers and renews its leases") {
    Talk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        if (const auto* hello = std::get_if<core::RegisterWorker>(&event)) {
            CHECK(hello->hello.name == "alpha");
            return core::Reply(core::Registered{WorkerId{4}, Level::x86_64_v3, 10s});
        }
        const auto& renewal = std::get<core::RenewLeases>(event);
        CHECK(renewal.running == std::vector<LeaseKey>{{AttemptId{1}, 2}});
        return core::Reply(core::Renewed{{AttemptId{1}}, true});
    };
    const auto welcome = talk.post("/v1/workers", R"({"name":"alpha"})");
    CHECK(welcome.status == 200);
    CHECK(welcome.body == R"({"worker":4,"level":"x86_64_v3","heartbeat_interval":10000})");
    const auto beat =
        talk.post("/v1/heartbeats", R"({"worker":4,"running":[{"attempt":1,"fence":2}]})");
    CHECK(beat.body == R"({"ended":[1],"register_again":true})");
}

TEST_CASE("requests make things, and the engine's refusals have their status") {
    Talk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        if (std::holds_alternative<core::SubmitRebuild>(event))
            return core::Reply(core::MadeRebuild{RebuildId{5}});
        if (std::holds_alternative<core::CancelBuild>(event))
            return Error{Errc::conflict, "It has ended."};
        return core::Reply(core::Done{});
    };
    const auto made = talk.post("/v1/rebuilds", R"({"release":"f45"})");
    CHECK(made.status == 202);
    CHECK(made.body == R"({"id":5})");
    CHECK(talk.post("/v1/rebuilds/5/cancel", "{}").status == 204);
    CHECK(talk.post("/v1/rebuilds/5/cancel", "").status == 204);
    CHECK(talk.post("/v1/builds/5/cancel", "").status == 409);
    const auto bad = talk.post("/v1/rebuilds", R"({"packages":[1]})");
    CHECK(bad.status == 400);
    CHECK(error_of(bad) == "'packages[0]' must be a string.");
    CHECK(talk.post("/v1/rebuilds", R"({"release":"f45\u0000"})").status == 400);
}

TEST_CASE("a package set is imported once all of its SRPMs are there") {
    Talk talk;
    talk.farm.intake.read_srpms = [](const std::vector<wire::UploadedSrpm>& srpms) {
        std::vector<core::SourcePackage> packages(srpms.size());
        return Result<std::vector<core::SourcePackage>>(packages);
    };
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        CHECK(std::get<core::ImportPackageSet>(event).packages.size() == 1);
        return core::Reply(core::MadePackageSet{PackageSetId{9}});
    };
    const std::string digest = os::sha256_of_text("srpm").hex;
    const std::string body =
        R"({"release":"f45","srpms":[{"filename":"a.src.rpm","digest":")" + digest + "\"}]}";
    const auto missing = talk.post("/v1/package-sets", body);
    CHECK(missing.status == 400);
    CHECK(error_of(missing) == "'a.src.rpm' was not uploaded: there is no object " + digest + ".");
    talk.put("srpm");
    const auto made = talk.post("/v1/package-sets", body);
    CHECK(made.status == 201);
    CHECK(made.body == R"({"id":9})");
}

TEST_CASE("a seed is frozen and then added") {
    Talk talk;
    const Digest id = os::sha256_of_text("seed");
    talk.farm.intake.freeze = [id](const std::vector<std::string>& urls) -> Result<FrozenSeed> {
        if (urls.empty()) return Error{Errc::invalid_argument, "A seed needs a repository."};
        return FrozenSeed(id, {SeedRepo{"os", urls.front(), id}});
    };
    const auto made = talk.post("/v1/seeds", R"({"release":"f45","urls":["file:///x"]})");
    CHECK(made.status == 201);
    CHECK(made.body == "{\"id\":\"" + id.hex + "\"}");
    CHECK(talk.post("/v1/seeds", R"({"release":"f45"})").status == 400);
}

TEST_CASE("a log is written by the holder of the lease and read by anybody") {
    Talk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        const LeaseKey key = std::get<core::CheckLease>(event).key;
        if (key.fence != 7) return Error{Errc::stale_lease, "The lease has ended."};
        return core::Reply(core::Done{});
    };
    CHECK(talk.get("/v1/attempts/1/log").body.empty());
    CHECK(talk.post("/v1/attempts/1/log?fence=7&offset=0", "hello ").status == 204);
    CHECK(talk.post("/v1/attempts/1/log?fence=7&offset=3", "lo world").status == 204);
    CHECK(talk.post("/v1/attempts/1/log?fence=7&offset=99", "gap").status == 409);
    CHECK(talk.post("/v1/attempts/1/log?fence=6&offset=11", "late").status == 409);
    CHECK(talk.post("/v1/attempts/1/log?offset=11", "x").status == 400);
    CHECK(talk.post("/v1/attempts/2/log?fence=7&offset=0", "done").status == 204);
    const auto running = talk.get("/v1/attempts/1/log?offset=6");
    CHECK(running.body == "world");
    CHECK(!running.log_complete);
    const auto ended = talk.get("/v1/attempts/2/log");
    CHECK(ended.body == "done");
    CHECK(ended.log_complete);
    CHECK(talk.get("/v1/attempts/11/log").status == 404);
    CHECK(
        talk.post("/v1/attempts/1/log?fence=7&offset=11", std::string((1 << 20) + 1, 'x')).status ==
        413);
}

TEST_CASE("a result is reported once all of its RPMs are there") {
    Talk talk;
    int reports = 0;
    talk.farm.engine.decide = [&reports](const core::Event& event) -> Result<core::Reply> {
        CHECK(std::get<core::ReportAttempt>(event).attempt == AttemptId{3});
        ++reports;
        return core::Reply(core::Done{});
    };
    AttemptReport report;
    report.fence = 7;
    report.rpms.emplace_back().filename = "a.rpm";
    report.rpms.back().digest = os::sha256_of_text("rpm");
    const auto missing = talk.post("/v1/attempts/3/result", wire::to_text(report));
    CHECK(missing.status == 400);
    CHECK(error_of(missing).starts_with("'a.rpm' was not uploaded"));
    CHECK(reports == 0);
    talk.put("rpm");
    CHECK(talk.post("/v1/attempts/3/result", wire::to_text(report)).status == 204);
    CHECK(reports == 1);
}

}  // namespace terrace::rest
