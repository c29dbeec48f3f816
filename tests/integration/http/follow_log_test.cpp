#include "cli/follow_log.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "cli/rebuild_rows.hpp"
#include "tests/integration/http/fake_farm.hpp"

namespace terrace::cli {
namespace {

using namespace std::chrono_literals;
using rest::AttemptEnd;
using rest::FakeFarm;

constexpr AttemptId kFirst{3};
constexpr AttemptId kSecond{4};

AttemptRow attempt_row(AttemptId id, int number, std::optional<std::string> outcome) {
    AttemptRow row;
    row.id = id.value;
    row.number = number;
    row.worker = "beta";
    row.outcome = std::move(outcome);
    if (row.outcome) row.ended_at = TimePoint(1s);
    if (row.outcome) row.evidence = "because of " + *row.outcome;
    return row;
}

BuildRow build_row(const std::string& state, std::vector<AttemptRow> attempts) {
    BuildRow row;
    row.id = 17;
    row.package = "zlib";
    row.variant = "v3";
    row.state = state;
    if (!attempts.empty()) row.attempt = attempts.back().id;
    if (state == "failed") {
        row.outcome = attempts.back().outcome;
        row.evidence = attempts.back().evidence;
    }
    row.attempt_list = std::move(attempts);
    return row;
}

/// One `terrace build log -f 17`, on a thread of its own.
class Following {
public:
    explicit Following(const std::string& url) : farm_(url, "") {
        thread_ = std::thread([this] {
            Session session{farm_, output_, false};
            end_ = follow_log_of_build(session, 17);
        });
    }
    ExitCode wait() {
        thread_.join();
        return end_;
    }
    std::string out() const { return out_.str(); }
    std::string err() const { return err_.str(); }

private:
    std::ostringstream out_;
    std::ostringstream err_;
    Output output_{.out = out_, .err = err_, .out_style = {}, .err_style = {}};
    Farm farm_;
    ExitCode end_ = ExitCode::usage;
    std::thread thread_;
};

}  // namespace

TEST_CASE(
    "following a log goes on over a restart and through the attempts, and ends with how it went") {
    const os::TemporaryDirectory state;
    auto farm =
        std::make_unique<FakeFarm>("", rest::BodyLimits{}, FakeFarm::on_free_port(), state.path());
    rest::ServerOptions again;
    again.port = farm->port();
    const auto leased = wire::to_text(build_row("leased", {attempt_row(kFirst, 1, std::nullopt)}));
    farm->reads.set_build(leased);
    REQUIRE(farm->logs.append(kFirst, 0, "one ").has_value());
    Following following(farm->url());
    std::this_thread::sleep_for(300ms);
    REQUIRE(farm->logs.append(kFirst, 4, "two ").has_value());
    std::this_thread::sleep_for(700ms);

    farm.reset();
    std::this_thread::sleep_for(300ms);
    farm = std::make_unique<FakeFarm>("", rest::BodyLimits{}, again, state.path());
    farm->reads.set_build(leased);
    REQUIRE(farm->logs.append(kFirst, 8, "three\n").has_value());
    farm->logs.compress(kFirst);
    farm->reads.end_attempt(kFirst, {TimePoint(1s), Outcome::infra_aborted});
    farm->reads.set_build(
        wire::to_text(build_row("ready", {attempt_row(kFirst, 1, "infra_aborted")})));
    std::this_thread::sleep_for(2500ms);  // it has its moment to say that the build waits

    REQUIRE(farm->logs.append(kSecond, 0, "four\n").has_value());
    farm->reads.end_attempt(kSecond, {TimePoint(2s), Outcome::build_failed});
    farm->reads.set_build(
        wire::to_text(build_row("failed", {attempt_row(kFirst, 1, "infra_aborted"),
                                           attempt_row(kSecond, 2, "build_failed")})));
    CHECK(following.wait() == ExitCode::ok);
    CHECK(following.out() == "one two three\nfour\n");
    const std::string err = following.err();
    CAPTURE(err);
    CHECK(err.find("The farm answers again.") != std::string::npos);
    CHECK(err.find("Attempt 4 (number 2) begins, on worker beta.") != std::string::npos);
    CHECK(
        err.ends_with("terrace: Build 17 (zlib for v3) is failed: build_failed (because of "
                      "build_failed)\n"));
}

TEST_CASE("a log that was removed is said to be, and a build without an attempt has none") {
    FakeFarm farm;
    farm.reads.set_build(
        wire::to_text(build_row("failed", {attempt_row(kFirst, 1, "build_failed")})));
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    farm.reads.end_attempt(kFirst, {now - std::chrono::days(91), Outcome::build_failed});
    Following removed(farm.url());
    CHECK(removed.wait() == ExitCode::failed);
    CHECK(removed.err().find("logs.keep_failed (90 days)") != std::string::npos);
    farm.reads.set_build(wire::to_text(build_row("cancelled", {})));
    Following none(farm.url());
    CHECK(none.wait() == ExitCode::failed);
    CHECK(none.err() == "terrace: Build 17 has no attempt, so no log.\n");
}

}  // namespace terrace::cli
