#include <doctest/doctest.h>

#include "common/wire/json.hpp"
#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

/// With stream testing of f45 at compose 7.
struct Talk : FarmTalk {
    core::Event last;

    Talk() {
        farm.engine.decide = [this](const core::Event& event) -> Result<core::Reply> {
            last = event;
            if (std::holds_alternative<core::MoveStream>(event))
                return core::Reply(core::MadeMove{StreamMoveId{9}});
            if (const auto* collect = std::get_if<core::CollectGarbage>(&event)) {
                core::GarbagePlan plan;
                plan.dry_run = collect->dry_run;
                plan.builds_expired = 3;
                return core::Reply(plan);
            }
            core::RepoState state;
            state.streams.push_back({"f45", "testing", ComposeId{7}});
            return core::Reply(state);
        };
    }
};

}  // namespace

TEST_CASE("a promotion and a rollback are decided by the engine, and answered with their move") {
    Talk talk;
    auto answer = talk.post("/v1/streams/f45/stable/promote", R"({"compose":7})");
    CHECK(answer.status == 202);
    CHECK(answer.body == R"({"id":9})");
    auto move = std::get<core::MoveStream>(talk.last);
    CHECK(move.release == "f45");
    CHECK(move.stream == "stable");
    CHECK(move.kind == core::MoveKind::promote);
    CHECK(move.compose == ComposeId{7});
    CHECK_FALSE(move.hurt_allowed);

    CHECK(talk.post("/v1/streams/f45/testing/rollback", "{}").status == 202);
    move = std::get<core::MoveStream>(talk.last);
    CHECK(move.kind == core::MoveKind::rollback);
    CHECK_FALSE(move.compose.has_value());
    CHECK(talk.post("/v1/streams/f45/testing/rollback", R"({"to":5,"hurt_allowed":true})").status ==
          202);
    CHECK(std::get<core::MoveStream>(talk.last).compose == ComposeId{5});
    CHECK(std::get<core::MoveStream>(talk.last).hurt_allowed);
    CHECK(talk.post("/v1/streams/f45/testing/promote", R"({"compose":"x"})").status == 400);
}

TEST_CASE("gc removes by the plan that the engine has committed") {
    Talk talk;
    talk.farm.repos.collect = [](const core::GarbagePlan& plan) -> Result<wire::GarbageReport> {
        wire::GarbageReport report;
        report.dry_run = plan.dry_run;
        report.builds = plan.builds_expired;
        return report;
    };
    const auto answer = talk.post("/v1/repos/gc", R"({"dry_run":true})");
    CHECK(answer.status == 200);
    const auto report = wire::from_text<wire::GarbageReport>(answer.body);
    CHECK(report->dry_run);
    CHECK(report->builds == 3);
    talk.farm.repos.collect = [](const core::GarbagePlan&) -> Result<wire::GarbageReport> {
        return Error{Errc::conflict, "A repo fsck is under way."};
    };
    CHECK(talk.post("/v1/repos/gc", "{}").status == 409);
}

TEST_CASE("fsck is told what should be there, and only a known stream is verified") {
    Talk talk;
    talk.farm.repos.fsck = [](const core::RepoState& state) -> Result<wire::FsckReport> {
        wire::FsckReport report;
        report.streams = static_cast<std::int64_t>(state.streams.size());
        report.problems = {{"/srv", "It is missing."}};
        return report;
    };
    talk.farm.repos.verify = [](const std::string& release, const std::string& stream,
                                const core::RepoState& state) -> Result<wire::VerifyReport> {
        CHECK(state.streams.size() == 1);
        wire::VerifyReport report;
        report.release = release;
        report.stream = stream;
        return report;
    };
    const auto fsck = talk.post("/v1/repos/fsck", "{}");
    CHECK(fsck.status == 200);
    CHECK(wire::from_text<wire::FsckReport>(fsck.body)->streams == 1);
    CHECK(talk.post("/v1/streams/f45/testing/verify", "{}").status == 200);
    for (const char* unknown : {"/v1/streams/f45/stable/verify", "/v1/streams/f46/testing/verify",
                                "/v1/streams/..%2F../testing/verify"}) {
        CAPTURE(unknown);
        CHECK(talk.post(unknown, "{}").status == 404);
    }
}

}  // namespace terrace::rest
