#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "common/wire/json.hpp"
#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using Decide = std::function<Result<core::Reply>(const core::Event&)>;

/// Its engine answers as told.
struct Talk : FarmTalk {
    explicit Talk(Decide decide) { farm.engine.decide = std::move(decide); }
};

std::string error_of(const http::ClientResponse& response) {
    return wire::from_text<wire::Failure>(response.body)->error;
}

const char* const kWholeRequest =
    R"({"release":"f45","packages":["zlib"],"variants":["v3"],"mode":"ordered","stream":"testing",)"
    R"("priority":"urgent","share":2.5,"confirm":40,"retry_of":7})";

void check_whole_request(const core::SubmitRebuild& submit) {
    CHECK(submit.release == "f45");
    CHECK(submit.packages == std::vector<std::string>{"zlib"});
    CHECK(submit.variants == std::vector<std::string>{"v3"});
    CHECK(submit.mode == Mode::ordered);
    CHECK(submit.stream == "testing");
    CHECK(submit.priority == PriorityClass::urgent);
    CHECK(submit.share == 2.5);
    CHECK(submit.confirm == 40);
    CHECK(submit.retry_of == RebuildId{7});
    CHECK_FALSE(submit.second_pass_of);
}

}  // namespace

TEST_CASE("all that a rebuild request says reaches the engine, to start it and to plan it") {
    Talk talk([](const core::Event& event) -> Result<core::Reply> {
        if (const auto* plan = std::get_if<core::PlanRebuild>(&event)) {
            check_whole_request(plan->request);
            RebuildPlan shown;
            shown.release = "f45";
            shown.builds = 40;
            shown.must_confirm = true;
            return core::Reply(shown);
        }
        check_whole_request(std::get<core::SubmitRebuild>(event));
        return core::Reply(core::MadeRebuild{RebuildId{8}});
    });
    const auto made = talk.send("POST", "/v1/rebuilds", kWholeRequest);
    CHECK(made.status == 202);
    CHECK(made.body == R"({"id":8})");
    const auto planned = talk.send("POST", "/v1/rebuilds/plan", kWholeRequest);
    CHECK(planned.status == 200);
    const auto plan = wire::from_text<RebuildPlan>(planned.body);
    REQUIRE(plan.has_value());
    CHECK(plan->builds == 40);
    CHECK(plan->must_confirm);
}

TEST_CASE("a request that cannot be meant never reaches the engine") {
    Talk talk([](const core::Event&) -> Result<core::Reply> {
        FAIL_CHECK("The engine was asked.");
        return core::Reply(core::Done{});
    });
    for (const std::string target : {"/v1/rebuilds", "/v1/rebuilds/plan"}) {
        CAPTURE(target);
        CHECK(talk.send("POST", target, R"({"priority":"high"})").status == 400);
        CHECK(talk.send("POST", target, R"({"share":1e999})").status == 400);
        const auto both = talk.send("POST", target, R"({"retry_of":1,"second_pass_of":2})");
        CHECK(both.status == 400);
        CHECK(error_of(both) == "A rebuild has one of retry_of and second_pass_of, not both.");
    }
    CHECK(talk.send("POST", "/v1/rebuilds/x/pause").status == 400);
    CHECK(talk.send("GET", "/v1/rebuilds/x/second-pass").status == 400);
    CHECK(talk.send("GET", "/v1/builds/x/explain").status == 400);
    CHECK(talk.send("GET", "/v1/rebuilds/diff").status == 400);
    CHECK(talk.send("GET", "/v1/rebuilds/diff?before=1").status == 400);
    CHECK(talk.send("GET", "/v1/rebuilds/diff?before=1&after=x").status == 400);
    CHECK(talk.send("GET", "/v1/rebuilds/diff?before=1&after=2&colour=red").status == 400);
}

TEST_CASE("a rebuild is paused and resumed") {
    std::vector<core::PauseRebuild> told;
    Talk talk([&told](const core::Event& event) -> Result<core::Reply> {
        told.push_back(std::get<core::PauseRebuild>(event));
        if (told.size() > 2) return Error{Errc::conflict, "It has ended."};
        return core::Reply(core::Done{});
    });
    CHECK(talk.send("POST", "/v1/rebuilds/5/pause").status == 204);
    CHECK(talk.send("POST", "/v1/rebuilds/6/resume", "{}").status == 204);
    CHECK(talk.send("POST", "/v1/rebuilds/6/resume").status == 409);
    REQUIRE(told.size() == 3);
    CHECK(told[0].rebuild == RebuildId{5});
    CHECK(told[0].paused);
    CHECK(told[1].rebuild == RebuildId{6});
    CHECK_FALSE(told[1].paused);
}

TEST_CASE("a second pass, a difference and an explanation are what the engine says") {
    const SecondPass pass{RebuildId{5}, {{"foot", {"libfoo: static library"}}}};
    const RebuildDiff diff{RebuildId{5}, RebuildId{6}, {{"v3", {"zlib"}, {}, {"lame"}, {}}}};
    Explanation explanation;
    explanation.build = BuildId{17};
    explanation.why = "It is being built.";
    explanation.workers = {{"alpha", Level::x86_64, "level", "It is too old."}};
    Talk talk([&](const core::Event& event) -> Result<core::Reply> {
        if (const auto* asked = std::get_if<core::SelectSecondPass>(&event)) {
            CHECK(asked->rebuild == RebuildId{5});
            return core::Reply(pass);
        }
        if (const auto* asked = std::get_if<core::DiffRebuilds>(&event)) {
            CHECK(asked->before == RebuildId{5});
            CHECK(asked->after == RebuildId{6});
            return core::Reply(diff);
        }
        CHECK(std::get<core::ExplainBuild>(event).build == BuildId{17});
        return core::Reply(explanation);
    });
    const auto second = talk.send("GET", "/v1/rebuilds/5/second-pass");
    CHECK(second.status == 200);
    CHECK(wire::from_text<SecondPass>(second.body).value() == pass);
    const auto differs = talk.send("GET", "/v1/rebuilds/diff?before=5&after=6");
    CHECK(differs.status == 200);
    CHECK(wire::from_text<RebuildDiff>(differs.body).value() == diff);
    const auto explained = talk.send("GET", "/v1/builds/17/explain");
    CHECK(explained.status == 200);
    CHECK(wire::from_text<Explanation>(explained.body).value() == explanation);
}

TEST_CASE("dependencies that are being resolved are a 503, to be asked again") {
    Talk talk([](const core::Event&) -> Result<core::Reply> {
        return Error{Errc::unavailable, "The dependencies are being resolved."};
    });
    for (const auto& [method, target] :
         std::vector<std::pair<std::string, std::string>>{{"POST", "/v1/rebuilds"},
                                                          {"POST", "/v1/rebuilds/plan"},
                                                          {"GET", "/v1/rebuilds/5/second-pass"}}) {
        CAPTURE(target);
        const auto response = talk.send(method, target, method == "POST" ? "{}" : "");
        CHECK(response.status == 503);
        CHECK(error_of(response) == "The dependencies are being resolved.");
    }
}

}  // namespace terrace::rest
