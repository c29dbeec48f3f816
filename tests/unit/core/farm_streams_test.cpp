#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/stream_history.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

/// A farm that publishes composes of one package, "tool", in a new version each.
class Published {
public:
    explicit Published(FarmConfig config = a_config())
        : farm_({a_package("tool")}, std::move(config)),
          worker_(farm_.add_worker("w", Level::x86_64_v4, "host")) {}

    TestFarm& farm() { return farm_; }

    /// Imports and builds a new version, and publishes it unless told otherwise. `digest`: of its
    /// packages; `dist` is part of their names where it is given.
    void build(char digest, const std::string& release = "", const std::string& stream = "") {
        SourcePackage tool = a_package("tool");
        ++version_;
        tool.srpm_digest.hex = std::string(64, static_cast<char>('0' + version_));
        farm_.get<MadePackageSet>(ImportPackageSet{"mini-1", {tool}});
        SubmitRebuild submit;
        submit.release = "mini-1";
        submit.stream = stream;
        farm_.get<MadeRebuild>(submit);
        while (const auto lease = farm_.lease(worker_)) {
            AttemptReport report = an_ok_report(*lease, 'a');
            for (RpmFile& rpm : report.rpms) {
                if (!release.empty()) rpm = an_rpm("tool", release, rpm.nevra.arch);
                rpm.digest.hex = std::string(64, digest);
            }
            REQUIRE(farm_.report(*lease, std::move(report)).has_value());
        }
    }
    void publish(char digest) {
        build(digest);
        end_compose();
    }
    void end_compose(const std::string& error = "") {
        farm_.get<Done>(ComposeEnded{farm_.state().composes.rbegin()->first, error});
    }
    Result<Reply> ask(MoveKind kind, const std::string& stream, std::optional<int> compose) {
        MoveStream move{"mini-1", stream, kind, std::nullopt};
        if (compose) move.compose = ComposeId{*compose};
        return farm_.apply(move);
    }
    /// Moves the stream, all the way.
    void move(MoveKind kind, const std::string& stream, std::optional<int> compose = {}) {
        const auto made = std::get<MadeMove>(ask(kind, stream, compose).value());
        const auto moves = orders<RunMove>();
        REQUIRE(moves.size() == 1);
        CHECK(moves.front().move.id == made.id);
        farm_.get<Done>(MoveEnded{made.id, ""});
    }
    /// What of that kind should be under way.
    template <class Order>
    std::vector<Order> orders() {
        std::vector<Order> found;
        for (Effect& effect : farm_.farm().effects(farm_.now)) {
            if (auto* order = std::get_if<Order>(&effect)) found.push_back(std::move(*order));
        }
        return found;
    }
    RunCompose pending_compose() {
        auto composes = orders<RunCompose>();
        REQUIRE(composes.size() == 1);
        return std::move(composes.front());
    }
    std::int64_t shown(const std::string& stream) const {
        const auto found = farm_.state().streams.find({"mini-1", stream});
        return found == farm_.state().streams.end() ? 0 : found->second.compose.value;
    }
    std::string refusal(MoveKind kind, const std::string& stream, std::optional<int> compose = {}) {
        const auto reply = ask(kind, stream, compose);
        REQUIRE(reply.has_error());
        CHECK(farm_.changes.empty());
        return reply.error().message;
    }

private:
    TestFarm farm_;
    WorkerId worker_;
    int version_ = 0;
};

std::vector<std::int64_t> numbers(const std::vector<ComposeId>& ids) {
    std::vector<std::int64_t> values;
    for (const ComposeId id : ids) values.push_back(id.value);
    return values;
}

}  // namespace

TEST_CASE("a compose moves its stream, and the move is in the stream's history") {
    Published published;
    published.build('1');
    const RunCompose run = published.pending_compose();
    CHECK(run.late.empty());
    CHECK(run.composes_kept == 5);
    published.end_compose();
    const StreamMove& move = published.farm().state().stream_moves.at(run.move);
    CHECK(move.state == MoveState::finished);
    CHECK(move.kind == MoveKind::publish);
    CHECK(move.compose == run.compose.id);
    CHECK(published.shown("testing") == 1);
}

TEST_CASE("the readers of the last composes that a stream showed are late ones, and no others") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").composes_kept = 3;
    Published published(config);
    for (const char digest : {'1', '2', '3', '4'}) published.publish(digest);
    published.build('5');
    CHECK(numbers(published.pending_compose().late) == std::vector<std::int64_t>{4, 3});
    published.end_compose();
    published.move(MoveKind::rollback, "testing");
    published.farm().restart();
    published.build('6');
    const RunCompose run = published.pending_compose();
    CHECK(numbers(run.late) == std::vector<std::int64_t>{4, 5});
    CHECK(run.compose.base == ComposeId{4});
}

TEST_CASE("a compose is promoted to another stream, and a stream is rolled back step by step") {
    Published published;
    for (const char digest : {'1', '2', '3'}) published.publish(digest);
    published.move(MoveKind::promote, "stable", 2);
    CHECK(published.shown("stable") == 2);
    CHECK(published.shown("testing") == 3);
    published.move(MoveKind::rollback, "testing");
    published.move(MoveKind::rollback, "testing");
    CHECK(published.shown("testing") == 1);
    published.move(MoveKind::promote, "testing", 3);
    published.move(MoveKind::rollback, "testing", 1);
    CHECK(published.shown("testing") == 1);
}

TEST_CASE(
    "who follows a promotion comes from all that the stream has shown; a rollback's from it") {
    Published published;
    for (const char digest : {'1', '2', '3'}) published.publish(digest);
    const auto ordered = [&](MoveKind kind, const char* stream, int compose, bool hurt_allowed) {
        MoveStream event{"mini-1", stream, kind, ComposeId{compose}, hurt_allowed};
        const MadeMove made = published.farm().get<MadeMove>(event);
        const auto moves = published.orders<RunMove>();
        REQUIRE(moves.size() == 1);
        published.farm().get<Done>(MoveEnded{made.id, "", "All clients can follow."});
        CHECK(published.farm().state().stream_moves.at(made.id).client_check ==
              "All clients can follow.");
        return moves.front().clients;
    };
    StreamClients clients = ordered(MoveKind::rollback, "testing", 1, true);
    CHECK(clients.back);
    CHECK(clients.hurt_allowed);
    CHECK(numbers(clients.earlier) == std::vector<std::int64_t>{3});
    CHECK(clients.variants.size() == 2);
    clients = ordered(MoveKind::promote, "testing", 2, false);
    CHECK_FALSE(clients.back);
    CHECK_FALSE(clients.hurt_allowed);
    CHECK(numbers(clients.earlier) == std::vector<std::int64_t>{3, 1});
}

TEST_CASE("a move that makes no sense is refused with the reason and changes nothing") {
    Published published;
    CHECK(published.refusal(MoveKind::rollback, "testing") ==
          "Stream 'testing' has not been published yet.");
    published.publish('1');
    CHECK(published.refusal(MoveKind::rollback, "testing") ==
          "Stream 'testing' shows compose 1, and no earlier compose of it is left.");
    published.publish('2');
    CHECK(published.refusal(MoveKind::promote, "nightly", 1) ==
          "Release 'mini-1' has no stream 'nightly': its release file lists them.");
    CHECK(published.refusal(MoveKind::promote, "stable", 9) ==
          "Release 'mini-1' has no compose 9.");
    CHECK(published.refusal(MoveKind::promote, "testing", 2) ==
          "Stream 'testing' shows compose 2 already.");
    CHECK(published.refusal(MoveKind::promote, "testing", 1) ==
          "Stream 'testing' shows compose 2, and compose 1 is older: `repo rollback --to` goes "
          "there.");
    published.move(MoveKind::promote, "stable", 2);
    CHECK(published.refusal(MoveKind::rollback, "stable", 1) ==
          "Stream 'stable' has never shown compose 1.");
    published.build('3');
    CHECK(published.refusal(MoveKind::rollback, "testing") ==
          "Stream 'testing' is on its way to compose 3: try again when that has ended.");
    CHECK(published.refusal(MoveKind::promote, "stable", 3) ==
          "There is nothing to show of compose 3: it is not finished.");
}

TEST_CASE("a move that fails leaves the stream where it was, and may be tried again") {
    Published published;
    published.publish('1');
    published.publish('2');
    const auto made = std::get<MadeMove>(published.ask(MoveKind::rollback, "testing", {}).value());
    published.farm().get<Done>(MoveEnded{made.id, "No space left on device"});
    CHECK(published.farm().state().stream_moves.at(made.id).error == "No space left on device");
    CHECK(published.shown("testing") == 2);
    CHECK(published.orders<RunMove>().empty());
    published.farm().get<Done>(MoveEnded{made.id, ""});  // of an earlier life
    CHECK(published.shown("testing") == 2);
    published.move(MoveKind::rollback, "testing");
    CHECK(published.shown("testing") == 1);
}

TEST_CASE(
    "after a move to packages that are in the database only, no compose starts before a load") {
    Published published;
    published.publish('1');
    published.publish('2');
    CHECK_FALSE(published.farm().farm().wants_reload());
    published.move(MoveKind::rollback, "testing");
    CHECK(published.farm().farm().wants_reload());
    published.build('3');
    CHECK(published.orders<RunCompose>().empty());
    published.farm().restart();
    CHECK(published.pending_compose().compose.base == ComposeId{1});
}

TEST_CASE("a stream never gets other content under a name that it has had") {
    Published published;
    published.build('1', "1");
    published.end_compose();
    SUBCASE("by a new compose") {
        published.build('2', "1");
        const Compose& compose = published.farm().state().composes.at(ComposeId{2});
        CHECK(compose.state == ComposeState::failed);
        CHECK(compose.error ==
              "Stream 'testing' has had other content under these names: tool-1-1.x86_64.rpm. "
              "Clients and caches that have a package never look at it again, so build these "
              "packages with another release, such as one that ends with %{?dist}.");
        CHECK(published.shown("testing") == 1);
    }
    SUBCASE("though it was rolled back since") {
        published.publish('2');
        published.move(MoveKind::rollback, "testing");
        published.farm().restart();
        published.build('3', "1.mini1.2");
        CHECK(published.farm().state().composes.at(ComposeId{3}).state == ComposeState::failed);
    }
}

TEST_CASE("a promotion never brings other content under a name that the stream has had") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").streams = {"testing", "stable", "other"};
    Published published(config);
    published.build('1', "1");
    published.end_compose();
    published.move(MoveKind::promote, "stable", 1);
    published.build('2', "1", "other");  // another stream, which has not had that name
    published.end_compose();
    CHECK(published.shown("other") == 2);
    CHECK(published.refusal(MoveKind::promote, "stable", 2).find("tool-1-1.x86_64.rpm") !=
          std::string::npos);
}

TEST_CASE("COMPOSE.json is told which build made what, and what was not taken") {
    Published published;
    published.build('1');
    const RunCompose run = published.pending_compose();
    REQUIRE(run.builds.size() == 1);
    CHECK(run.builds.front().variant == "x86_64");
    CHECK(run.builds.front().attempt == 1);
    CHECK_FALSE(run.builds.front().carried);
    REQUIRE(run.withheld.size() == 1);
    CHECK(run.withheld.front().variant == "x86_64_v3");
    CHECK(run.withheld.front().verdict == Verdict::identical);
    published.end_compose();
    SubmitRebuild again;
    again.release = "mini-1";
    published.farm().get<MadeRebuild>(again);  // reuses all of it
    const RunCompose second = published.pending_compose();
    REQUIRE(second.builds.size() == 1);
    CHECK(second.builds.front().carried);
}

TEST_CASE("garbage is what no kept compose, no open rebuild and no later reuse needs") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").composes_kept = 2;
    Published published(config);
    for (const char digest : {'1', '2', '3', '4'}) published.publish(digest);
    TestFarm& farm = published.farm();
    farm.now += std::chrono::days(30);
    published.build('5');

    const auto plan = farm.get<GarbagePlan>(CollectGarbage{true});
    CHECK(farm.changes.empty());
    const std::set<std::pair<std::string, ComposeId>> kept = {
        {"mini-1", ComposeId{3}}, {"mini-1", ComposeId{4}}, {"mini-1", ComposeId{5}}};
    CHECK((plan.composes == kept));
    const std::set<StreamMoveId> served = {StreamMoveId{4}, StreamMoveId{5}};
    CHECK((plan.served.at({"mini-1", "testing"}) == served));
    for (const char digest : {'3', '4', '5'})
        CHECK(plan.objects.contains(Digest{std::string(64, digest)}));
    CHECK(plan.objects_before == farm.now - std::chrono::days(1));
    // Both of the first two composes, and the variant's of the third, which did not ship.
    CHECK(plan.builds_expired == 5);

    const auto done = farm.get<GarbagePlan>(CollectGarbage{false});
    CHECK((done.composes == kept));
    CHECK(farm.changes.size() == 2 + 5);
    CHECK(farm.state().composes.at(ComposeId{2}).removed_at == farm.now);
    CHECK(farm.get<GarbagePlan>(CollectGarbage{false}).builds_expired == 0);
    published.end_compose();
    // Compose 4's tree was shown a moment ago.
    CHECK((farm.get<GarbagePlan>(CollectGarbage{true}).served.at({"mini-1", "testing"}) == served));
    CHECK(published.refusal(MoveKind::rollback, "testing", 2) ==
          "The packages of compose 2 were removed; composes_kept of the release says how many "
          "stay.");
}

TEST_CASE("a build whose packages were removed is built again, not reused") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").composes_kept = 1;
    Published published(config);
    published.publish('1');
    const Build first = published.farm().build("tool", "x86_64");
    published.publish('2');
    published.farm().now += std::chrono::days(30);
    published.farm().get<GarbagePlan>(CollectGarbage{false});
    CHECK(published.farm().state().builds.at(first.id).removed_at.has_value());
    SourcePackage old = a_package("tool");
    old.srpm_digest.hex = std::string(64, '1');
    published.farm().get<MadePackageSet>(ImportPackageSet{"mini-1", {old}});
    SubmitRebuild again;
    again.release = "mini-1";
    published.farm().get<MadeRebuild>(again);
    CHECK(published.farm().build("tool", "x86_64").identity == first.identity);
    CHECK_FALSE(published.farm().build("tool", "x86_64").reused_from.has_value());
    published.farm().restart();
    CHECK_FALSE(published.farm().build("tool", "x86_64").reused_from.has_value());
}

TEST_CASE("a compose that a seed in use is made of stays") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").composes_kept = 1;
    Published published(config);
    published.publish('1');
    published.farm().get<Done>(
        AddSeed{"mini-1",
                Digest{std::string(64, 'c')},
                {{"own", "file:///srv/published/mini-1/composes/1/x86_64/os", {}}}});
    published.publish('2');
    published.publish('3');
    const auto kept = kept_composes(published.farm().state(), config);
    CHECK(kept.contains(ComposeId{1}));
    CHECK_FALSE(kept.contains(ComposeId{2}));
    CHECK(kept.contains(ComposeId{3}));
}

}  // namespace terrace::core::testing
