#include "scheduler/engine/engine.hpp"

#include <doctest/doctest.h>

#include <exception>
#include <string>

#include "tests/unit/engine/stores.hpp"

namespace terrace::engine {
namespace {

/// What came of a command.
struct Answer {
    int count = 0;
    std::optional<Errc> errc;
};

struct Fixture {
    core::FarmConfig config = one_release();
    TestStore store;
    NoComposer composer;
    CountingResolver resolver;
    Engine engine{config, store, composer, resolver, [](Command) {}};

    static Command command(const core::Event& event, Answer& answer) {
        return {event, [&](const Result<core::Reply>& reply) {
                    ++answer.count;
                    if (!reply) answer.errc = reply.error().code;
                }};
    }
    Errc errc_of(const core::Event& event) {
        Answer answer;
        engine.run_batch({command(event, answer)}, TimePoint{});
        return answer.errc.value_or(Errc::invalid_argument);
    }
    /// Decides this and leaves its commit under way.
    const std::vector<core::Change>& begin(const core::Event& event, Answer& answer) {
        engine.decide({command(event, answer)}, TimePoint{});
        const std::vector<core::Change>* changes = engine.begin_commit(TimePoint{});
        engine.act();
        REQUIRE(changes);
        return *changes;
    }
    /// What the store says to the changes goes to the engine.
    void end(const std::vector<core::Change>& changes) {
        std::exception_ptr failure;
        try {
            store.commit(changes);
        } catch (...) {
            failure = std::current_exception();
        }
        engine.end_commit(failure);
    }
    void end_and_act(const std::vector<core::Change>& changes) {
        end(changes);
        engine.act();
    }
};

}  // namespace

TEST_CASE(
    "a commit that failed leaves memory as the database is, and asks for one command at a time") {
    Fixture f;
    f.store.away = true;
    CHECK(f.errc_of(a_seed('a')) == Errc::unavailable);
    CHECK(f.engine.room() == 1);
    CHECK(f.errc_of(a_seed('b')) == Errc::unavailable);
    f.store.away = false;
    f.engine.run_batch({}, TimePoint{});
    CHECK(f.engine.farm().state().seeds.empty());
    f.errc_of(a_seed('c'));
    CHECK(f.engine.farm().state().seeds.size() == 1);
    CHECK(f.engine.room() > 1);
}

TEST_CASE("a commit whose answer was lost is found again by loading") {
    Fixture f;
    f.store.lose_answer = true;
    CHECK(f.errc_of(a_seed('a')) == Errc::unavailable);
    CHECK(f.engine.farm().state() == f.store.durable);
    CHECK(f.engine.farm().state().seeds.size() == 1);
}

TEST_CASE("nothing is answered before its own commit, though the next is decided meanwhile") {
    Fixture f;
    Answer first;
    Answer second;
    const auto& changes = f.begin(a_seed('a'), first);
    f.engine.decide({Fixture::command(a_seed('b'), second)}, TimePoint{});
    CHECK(f.engine.begin_commit(TimePoint{}) == nullptr);  // one at a time
    f.engine.act();
    CHECK(first.count == 0);
    CHECK(second.count == 0);
    f.end_and_act(changes);
    CHECK(first.count == 1);
    CHECK(second.count == 0);
    const auto* next = f.engine.begin_commit(TimePoint{});
    REQUIRE(next);
    CHECK(next->size() == 1);  // what is committed is not written again
    f.end_and_act(*next);
    CHECK(second.count == 1);
    CHECK_FALSE(first.errc);
    CHECK_FALSE(second.errc);
    CHECK(f.store.durable.seeds.size() == 2);
}

TEST_CASE("an answer that changes nothing waits for the commit that it was decided upon") {
    Fixture f;
    Answer first;
    Answer refused;
    const auto& changes = f.begin(a_seed('a'), first);
    f.engine.decide({Fixture::command(core::CancelRebuild{RebuildId{1}}, refused)}, TimePoint{});
    f.engine.act();
    CHECK(refused.count == 0);
    f.end_and_act(changes);
    CHECK(f.engine.begin_commit(TimePoint{}) == nullptr);  // there is nothing to commit
    f.engine.act();
    CHECK(refused.count == 1);
    CHECK(refused.errc == Errc::not_found);
}

TEST_CASE("when a commit fails what was decided upon it is refused with it, and not written") {
    Fixture f;
    Answer first;
    Answer second;
    const auto& changes = f.begin(a_seed('a'), first);
    f.engine.decide({Fixture::command(a_seed('b'), second)}, TimePoint{});
    f.store.refuses_commits = true;
    f.end_and_act(changes);
    CHECK(first.count == 1);
    CHECK(first.errc == Errc::unavailable);
    CHECK(second.count == 1);
    CHECK(second.errc == Errc::unavailable);
    CHECK(f.engine.begin_commit(TimePoint{}) == nullptr);
    CHECK(f.engine.farm().state().seeds.empty());
    CHECK(f.engine.farm().state() == f.store.durable);
    CHECK(f.engine.room() == 1);
    f.store.refuses_commits = false;
    Answer third;
    const auto& again = f.begin(a_seed('b'), third);
    CHECK(f.engine.room() == 0);  // one command a commit, until one succeeds
    f.end_and_act(again);
    CHECK_FALSE(third.errc);
    CHECK(f.engine.room() > 1);
    CHECK(f.store.durable.seeds.size() == 1);
}

TEST_CASE("when the answer to a commit is lost what was decided upon it is refused all the same") {
    Fixture f;
    Answer first;
    Answer second;
    const auto& changes = f.begin(a_seed('a'), first);
    f.engine.decide({Fixture::command(a_seed('b'), second)}, TimePoint{});
    f.store.lose_answer = true;
    f.end_and_act(changes);
    CHECK(first.errc == Errc::unavailable);
    CHECK(second.errc == Errc::unavailable);
    CHECK(f.engine.farm().state() == f.store.durable);
    CHECK(f.store.durable.seeds.size() == 1);
}

TEST_CASE("an engine that another has superseded answers both batches, and nothing is written") {
    Fixture f;
    Answer first;
    Answer second;
    const auto& changes = f.begin(a_seed('a'), first);
    f.engine.decide({Fixture::command(a_seed('b'), second)}, TimePoint{});
    f.store.superseded = true;
    CHECK_THROWS_AS(f.end(changes), Superseded);
    f.engine.abandon("superseded");
    CHECK(first.count == 1);
    CHECK(first.errc == Errc::unavailable);
    CHECK(second.count == 1);
    CHECK(second.errc == Errc::unavailable);
    CHECK(f.store.durable.seeds.empty());
}

TEST_CASE("an effect starts after the commit that records its cause, and once") {
    Fixture f;
    f.errc_of(a_seed('a'));
    Answer imported;
    const auto& changes = f.begin(one_package(), imported);  // to be resolved with the seed
    Answer other;
    f.engine.decide({Fixture::command(core::CancelRebuild{RebuildId{1}}, other)}, TimePoint{});
    f.engine.act();
    CHECK(f.resolver.started == 0);
    f.end_and_act(changes);
    CHECK(f.resolver.started == 1);
    f.engine.run_batch({}, TimePoint{});
    CHECK(f.resolver.started == 1);
}

TEST_CASE("an effect whose cause was not recorded never starts") {
    Fixture f;
    f.errc_of(a_seed('a'));
    Answer imported;
    const auto& changes = f.begin(one_package(), imported);
    f.store.refuses_commits = true;
    f.end_and_act(changes);
    f.engine.run_batch({}, TimePoint{});
    CHECK(f.resolver.started == 0);
    CHECK(imported.errc == Errc::unavailable);
}

}  // namespace terrace::engine
