#include "scheduler/engine/engine.hpp"

#include <doctest/doctest.h>

#include "tests/unit/engine/stores.hpp"

namespace terrace::engine {
namespace {

struct Fixture {
    core::FarmConfig config = one_release();
    TestStore store;
    NoComposer composer;
    NoResolver resolver;
    Engine engine{config, store, composer, resolver, [](Command) {}};

    Errc errc_of(const core::Event& event) {
        std::optional<Errc> errc;
        engine.run_batch({{event,
                           [&](const Result<core::Reply>& reply) {
                               if (!reply) errc = reply.error().code;
                           }}},
                         TimePoint{});
        return errc.value_or(Errc::invalid_argument);
    }
};

}  // namespace

TEST_CASE(
    "a commit that failed leaves memory as the database is, and asks for one command at a time") {
    Fixture f;
    f.store.away = true;
    CHECK(f.errc_of(a_seed('a')) == Errc::unavailable);
    CHECK(f.engine.batch_max() == 1);
    CHECK(f.errc_of(a_seed('b')) == Errc::unavailable);
    f.store.away = false;
    f.engine.run_batch({}, TimePoint{});
    CHECK(f.engine.farm().state().seeds.empty());
    f.errc_of(a_seed('c'));
    CHECK(f.engine.farm().state().seeds.size() == 1);
    CHECK(f.engine.batch_max() > 1);
}

TEST_CASE("a commit whose answer was lost is found again by loading") {
    Fixture f;
    f.store.lose_answer = true;
    CHECK(f.errc_of(a_seed('a')) == Errc::unavailable);
    CHECK(f.engine.farm().state() == f.store.durable);
    CHECK(f.engine.farm().state().seeds.size() == 1);
}

}  // namespace terrace::engine
