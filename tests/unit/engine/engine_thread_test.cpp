#include "scheduler/engine/engine_thread.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>
#include <vector>

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

bool is_answered(const std::future<Result<core::Reply>>& reply) {
    return reply.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

/// An engine whose commits are held, with no tick that could help it along.
struct Held {
    core::FarmConfig config = one_release();
    TestStore store;
    HeldStore held{store};
    NoComposer composer;
    NoResolver resolver;
    std::promise<std::string> why;
    EngineThread engine{config, held, composer, resolver, options()};

    EngineThread::Options options() {
        EngineThread::Options options;
        options.tick = std::chrono::hours(1);
        options.on_fatal = [this](const std::string& text) { why.set_value(text); };
        return options;
    }
};

}  // namespace

TEST_CASE("a command alone is committed and answered at once, not at the next tick") {
    Held f;
    auto reply = send(f.engine, a_seed('a'));
    f.held.wait_for_commits(1);
    CHECK_FALSE(is_answered(reply));
    f.held.release(1);
    CHECK(reply.get().has_value());
}

TEST_CASE("what comes while a commit is under way goes in one commit after it") {
    Held f;
    auto first = send(f.engine, a_seed('a'));
    f.held.wait_for_commits(1);
    std::vector<std::future<Result<core::Reply>>> others;
    for (const char digit : {'b', 'c', 'd'}) others.push_back(send(f.engine, a_seed(digit)));
    f.held.release(1);
    f.held.wait_for_commits(2);
    CHECK(first.get().has_value());
    for (const auto& reply : others) CHECK_FALSE(is_answered(reply));
    f.held.release(2);
    for (auto& reply : others) CHECK(reply.get().has_value());
    f.engine.stop();
    CHECK(f.held.commits() == 2);
    CHECK(f.store.durable.seeds.size() == 4);
}

TEST_CASE("stop waits for the commit under way and for what came after it") {
    Held f;
    auto first = send(f.engine, a_seed('a'));
    f.held.wait_for_commits(1);
    auto second = send(f.engine, a_seed('b'));
    auto stopped = std::async(std::launch::async, [&] { f.engine.stop(); });
    f.held.release(2);
    stopped.get();
    REQUIRE(is_answered(first));
    REQUIRE(is_answered(second));
    CHECK(first.get().has_value());
    CHECK(second.get().has_value());
    CHECK(f.store.durable.seeds.size() == 2);
}

TEST_CASE("after a failed commit the engine goes on, and so do its answers") {
    Held f;
    auto first = send(f.engine, a_seed('a'));
    f.held.wait_for_commits(1);
    f.store.refuses_commits = true;
    f.held.release(1);
    CHECK(first.get().error().code == Errc::unavailable);
    f.store.refuses_commits = false;
    f.held.release(100);
    CHECK(send(f.engine, a_seed('b')).get().has_value());
    f.engine.stop();
    CHECK(f.store.durable.seeds.size() == 1);
}

TEST_CASE("an engine that was superseded under way answers everybody and says why it ends") {
    Held f;
    auto first = send(f.engine, a_seed('a'));
    f.held.wait_for_commits(1);
    std::vector<std::future<Result<core::Reply>>> others;  // some are decided, some are not
    for (int i = 0; i < 20; ++i) others.push_back(send(f.engine, a_seed('b')));
    f.store.superseded = true;
    f.held.release(1);
    CHECK(f.why.get_future().get().find("Another scheduler") != std::string::npos);
    CHECK(first.get().error().code == Errc::unavailable);
    for (auto& reply : others) CHECK(reply.get().error().code == Errc::unavailable);
    f.engine.stop();
    CHECK(f.held.commits() == 1);
}

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
