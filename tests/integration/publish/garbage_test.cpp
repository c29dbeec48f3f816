#include <doctest/doctest.h>

#include "tests/integration/publish/many_composes.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr std::size_t kKept = 2;

/// A stream that has shown four composes, and one object that nothing needs.
struct Littered {
    testing::Versions versions{4};
    os::TemporaryDirectory directory;
    testing::MovingStream stream{versions, directory.path(), kKept};
    Composer composer{stream.store(), stream.published()};
    Digest orphan = testing::put_object(stream.store(), "orphan");

    Littered() {
        for (std::int64_t id = 1; id <= 4; ++id) {
            REQUIRE(testing::run(composer, stream.order(id)) == "");
            stream.moved_to(id);
        }
    }
    bool has_compose(std::int64_t id) const {
        return std::filesystem::exists(compose_path(stream.release(), ComposeId{id}));
    }
};

}  // namespace

TEST_CASE("gc removes what the plan does not name, and a dry run foretells it") {
    Littered littered;
    core::GarbagePlan plan = littered.stream.garbage();
    plan.dry_run = true;
    const auto foretold = littered.composer.collect(plan);
    CHECK(littered.has_compose(1));
    CHECK(littered.stream.store().contains(littered.orphan));
    plan.dry_run = false;
    const auto done = littered.composer.collect(plan);
    CHECK((done.composes == std::vector<wire::RemovedCompose>{{"f45", 1}, {"f45", 2}} ||
           done.composes == std::vector<wire::RemovedCompose>{{"f45", 2}, {"f45", 1}}));
    CHECK(done.objects == 3);
    CHECK(foretold.objects == done.objects);
    CHECK(foretold.bytes == done.bytes);
    CHECK((foretold.composes == done.composes));
    CHECK_FALSE(littered.has_compose(1));
    CHECK_FALSE(littered.has_compose(2));
    CHECK(littered.has_compose(3));
    CHECK_FALSE(littered.stream.store().contains(littered.orphan));
    CHECK(littered.composer.collect(plan).objects == 0);
    CHECK(check_all(littered.stream.store(), littered.stream.published(),
                    littered.stream.state({3, 4}), {})
              .problems.empty());
}

TEST_CASE("gc leaves alone what came lately, what was claimed and what a tree links") {
    Littered littered;
    core::GarbagePlan plan = littered.stream.garbage();
    SUBCASE("what came after the plan's moment") {
        plan.objects_before -= std::chrono::hours(2);
        CHECK(littered.composer.collect(plan).objects == 0);
        CHECK(littered.stream.store().contains(littered.orphan));
    }
    SUBCASE("what somebody was told is there") {
        CHECK(littered.stream.store().claim(littered.orphan).has_value());
        littered.composer.collect(plan);
        CHECK(littered.stream.store().contains(littered.orphan));
    }
    SUBCASE("what a compose that stays links, whatever the plan says of objects") {
        plan.objects.clear();
        littered.composer.collect(plan);
        CHECK(littered.stream.store().contains(littered.stream.digest(4)));
        CHECK(littered.stream.store().contains(littered.stream.digest(3)));
    }
    SUBCASE("an upload that is under way") {
        ObjectStore::Upload upload(littered.stream.store(), os::sha256_of_text("late"));
        upload.append("late");
        littered.composer.collect(plan);
        CHECK(upload.finish().has_value());
    }
    SUBCASE("a release that the configuration does not have") {
        plan.releases = {"f46"};
        littered.composer.collect(plan);
        CHECK(littered.has_compose(1));
        CHECK(littered.stream.store().contains(littered.stream.digest(1)));
    }
}

TEST_CASE("gc waits for its turn among composes, and a stopped composer refuses it") {
    Littered littered;
    std::promise<std::string> published;
    core::RunCompose order = littered.stream.order(5);
    const core::GarbagePlan plan = [&] {
        core::GarbagePlan made = littered.stream.garbage();
        made.composes.insert({"f45", ComposeId{5}});  // it is pending when gc is decided
        made.served[{"f45", "testing"}].insert(order.move);
        made.objects.insert(littered.stream.digest(5));
        return made;
    }();
    littered.composer.start(order,
                            [&](const core::ComposeEnded& end) { published.set_value(end.error); });
    littered.composer.collect(plan);
    CHECK(published.get_future().get() == "");
    littered.stream.moved_to(5);
    const auto fsck = check_all(littered.stream.store(), littered.stream.published(),
                                littered.stream.state({3, 4, 5}), {});
    CHECK(fsck.problems.empty());
    littered.composer.stop();
    CHECK_THROWS_AS(littered.composer.collect(plan), PublishError);
}
