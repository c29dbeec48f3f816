// The publisher's process is killed before each of its steps on disk, one after the other.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/integration/publish/many_composes.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr std::size_t kKept = 2;

/// Runs `work(composer)` in a child process that is killed before step `number`, counted from 1.
/// @return whether it was; false: it ended by itself, and well
template <class Work>
bool killed_before(int number, const testing::MovingStream& stream, Work work) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int steps = 0;
        Composer composer(stream.store(), stream.published(), [&](std::string_view) {
            if (++steps == number) ::kill(::getpid(), SIGKILL);
        });
        _exit(work(composer) == "" ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) {
        REQUIRE(WTERMSIG(status) == SIGKILL);
        return true;
    }
    REQUIRE(WEXITSTATUS(status) == 0);
    return false;
}

void check_stream_is_whole(const testing::MovingStream& stream,
                           const std::set<std::int64_t>& allowed) {
    const auto report = verify_stream(stream.published(), "f45", "testing", {}, {});
    CHECK(report.problems.empty());
    CHECK(report.packages == 2);
    CHECK(allowed.contains(report.compose));
}

void check_is_clean(const testing::MovingStream& stream,
                    const std::vector<std::int64_t>& composes) {
    const auto report = check_all(stream.store(), stream.published(), stream.state(composes), {});
    for (const auto& problem : report.problems) MESSAGE(problem.path << ": " << problem.what);
    CHECK(report.problems.empty());
}

/// After gc there is nothing but what the last composes need.
void check_no_orphans(testing::MovingStream& stream, const std::vector<std::int64_t>& composes) {
    Composer composer(stream.store(), stream.published());
    composer.collect(stream.garbage());
    std::vector<Digest> wanted;
    for (const std::int64_t id : composes) wanted.push_back(stream.digest(id));
    std::ranges::sort(wanted);
    CHECK((stream.store().digests() == wanted));
    std::set<std::string> trees;
    for (const auto& entry : std::filesystem::directory_iterator(stream.release() / "composes"))
        trees.insert(entry.path().filename());
    CHECK(trees.size() == composes.size());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(stream.release()))
        CHECK(entry.path().extension() != ".incoming");
    CHECK(std::filesystem::is_empty(stream.store().incoming()));
    check_is_clean(stream, composes);
}

/// A stream that has shown composes 1 to `last`.
void prepare(testing::MovingStream& stream, std::int64_t last) {
    Composer composer(stream.store(), stream.published());
    for (std::int64_t id = 1; id <= last; ++id) {
        REQUIRE(testing::run(composer, stream.order(id)) == "");
        stream.moved_to(id);
    }
}

/// `attempt(number)` says whether it was killed before that step; until it was not.
template <class Attempt>
void at_every_step(int steps_min, Attempt attempt) {
    int number = 1;
    while (attempt(number)) {
        ++number;
        REQUIRE(number < 1000);
    }
    MESSAGE("killed before each of " << number - 1 << " steps");
    CHECK(number > steps_min);
}

}  // namespace

TEST_CASE("a publisher killed before any step leaves a whole stream, and the next run succeeds") {
    const testing::Versions versions(4);
    at_every_step(30, [&](int number) {
        CAPTURE(number);
        const os::TemporaryDirectory directory(testing::fast_disk());
        testing::MovingStream stream(versions, directory.path(), kKept);
        prepare(stream, 3);
        const core::RunCompose order = stream.order(4);
        const bool killed = killed_before(
            number, stream, [&](Composer& composer) { return testing::run(composer, order); });
        check_stream_is_whole(stream, {3, 4});
        {
            Composer again(stream.store(), stream.published());
            CHECK(testing::run(again, order) == "");
        }
        stream.moved_to(4);
        check_stream_is_whole(stream, {4});
        check_no_orphans(stream, {3, 4});
        return killed;
    });
}

TEST_CASE("a publisher killed before any step of a rollback, too") {
    const testing::Versions versions(3);
    at_every_step(20, [&](int number) {
        CAPTURE(number);
        const os::TemporaryDirectory directory(testing::fast_disk());
        testing::MovingStream stream(versions, directory.path(), kKept);
        prepare(stream, 3);
        const core::RunMove order = stream.move_to(2);
        const bool killed = killed_before(
            number, stream, [&](Composer& composer) { return testing::run(composer, order); });
        check_stream_is_whole(stream, {3, 2});
        {
            Composer again(stream.store(), stream.published());
            CHECK(testing::run(again, order) == "");
        }
        stream.moved_to(2);
        check_stream_is_whole(stream, {2});
        check_no_orphans(stream, {2, 3});
        return killed;
    });
}

TEST_CASE("a publisher killed before any step of gc, too") {
    const testing::Versions versions(5);
    at_every_step(10, [&](int number) {
        CAPTURE(number);
        const os::TemporaryDirectory directory(testing::fast_disk());
        testing::MovingStream stream(versions, directory.path(), kKept);
        prepare(stream, 5);
        const core::GarbagePlan plan = stream.garbage();
        const bool killed = killed_before(number, stream, [&](Composer& composer) {
            composer.collect(plan);
            return std::string();
        });
        check_stream_is_whole(stream, {5});
        check_is_clean(stream, {4, 5});
        check_no_orphans(stream, {4, 5});
        return killed;
    });
}
