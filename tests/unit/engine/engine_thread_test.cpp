#include "scheduler/engine/engine_thread.hpp"

#include <doctest/doctest.h>

#include <future>

#include "tests/unit/engine/stores.hpp"

namespace terrace::engine {
namespace {

std::future<Result<core::Reply>> send(EngineThread& engine, const core::Event& event) {
    auto promise =
        std::make_shared<std::promise<Result<core::Reply>>>();  // outlives whoever stops waiting
    auto future = promise->get_future();
    engine.post(
        {event, [promise](const Result<core::Reply>& reply) { promise->set_value(reply); }});
    return future;
}

}  // namespace

TEST_CASE("commands from any thread are answered after their commit") {
    const core::FarmConfig config = one_release();
    TestStore store;
    NoComposer composer;
    NoResolver resolver;
    EngineThread engine(config, store, composer, resolver, {});
    CHECK(send(engine, a_seed('a')).get().has_value());
    engine.stop();
    CHECK(store.durable.seeds.size() == 1);
}

TEST_CASE("waiting slots are woken when something became ready, and not by every batch") {
    core::FarmConfig config = one_release();
    config.releases["mini-1"].variants.front().name = "x86_64";
    TestStore store;
    NoComposer composer;
    NoResolver resolver;
    int wakes = 0;
    EngineThread::Options options;
    options.on_work_ready = [&] { ++wakes; };
    EngineThread engine(config, store, composer, resolver, options);
    core::ImportPackageSet import{"mini-1", {core::SourcePackage{}}};
    import.packages.front().name = "a";
    send(engine, import).get();
    send(engine, a_seed('a')).get();
    core::SubmitRebuild submit;
    submit.release = "mini-1";
    REQUIRE(send(engine, submit).get().has_value());
    for (int i = 0; i < 3; ++i) send(engine, a_seed('b')).get();
    engine.stop();
    CHECK(wakes == 1);
}

TEST_CASE("after stop, and with a full inbox, a command is refused at once") {
    const core::FarmConfig config = one_release();
    TestStore store;
    NoComposer composer;
    NoResolver resolver;
    EngineThread::Options options;
    options.inbox_max = 0;
    EngineThread full(config, store, composer, resolver, options);
    CHECK(send(full, a_seed('a')).get().error().code == Errc::unavailable);
    EngineThread stopped(config, store, composer, resolver, {});
    stopped.stop();
    CHECK(send(stopped, a_seed('a')).get().error().code == Errc::unavailable);
}

TEST_CASE("an engine that another has superseded answers everybody and says why it ends") {
    const core::FarmConfig config = one_release();
    TestStore store;
    NoComposer composer;
    NoResolver resolver;
    std::promise<std::string> why;
    EngineThread::Options options;
    options.on_fatal = [&](const std::string& text) { why.set_value(text); };
    EngineThread engine(config, store, composer, resolver, options);
    store.superseded = true;
    auto reply = send(engine, a_seed('a'));
    CHECK(why.get_future().get().find("Another scheduler") != std::string::npos);
    CHECK(reply.get().error().code == Errc::unavailable);
}

}  // namespace terrace::engine
