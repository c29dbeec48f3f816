#include "cli/watch_view.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace terrace;
using namespace terrace::cli;

namespace {

RebuildRow a_rebuild() {
    RebuildRow row;
    row.id = 7;
    row.release = "mini-1";
    row.state = "running";
    row.builds = {{"succeeded", 4}, {"failed", 1}, {"leased", 2}, {"ready", 17}};
    row.comparisons = {{"decided", 3}, {"leased", 1}, {"waiting", 6}};
    return row;
}

}  // namespace

TEST_CASE("the counts by state become what people ask for") {
    CHECK(tally_of(a_rebuild().builds) == Tally{.total = 24, .done = 5, .failed = 1, .running = 2});
    CHECK(tally_of(a_rebuild().comparisons) ==
          Tally{.total = 10, .done = 3, .failed = 0, .running = 1});
    CHECK(tally_of({}) == Tally{});
    CHECK(tally_of({{"cancelled", 3}}) == Tally{.total = 3, .done = 3, .failed = 0, .running = 0});
}

TEST_CASE("a summary leaves out what is not there") {
    CHECK(summary_of(a_rebuild()) ==
          "builds 5/24 (1 failed, 2 running), comparisons 3/10 (1 running)");
    RebuildRow quiet;
    quiet.builds = {{"ready", 2}};
    CHECK(summary_of(quiet) == "builds 0/2");
}

TEST_CASE("the live view has bars, the time, and what each worker does") {
    const WatchSnapshot snapshot{
        a_rebuild(), {{"worker-1", "lame x86_64"}, {"worker-2", "comparing zstd x86_64_v3"}}};
    const auto lines = live_lines(snapshot, snapshot.rebuild.created_at + 200s + 300ms);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == "Rebuild 7 of mini-1: running, 3m20s");
    CHECK(lines[1] == "  builds      [######------------------------]  5/24  1 failed, 2 running");
    CHECK(lines[3] == "  worker-1    lame x86_64");
}

TEST_CASE("the clock of the live view stops with the rebuild") {
    RebuildRow row = a_rebuild();
    row.state = "finished";
    row.finished_at = row.created_at + 60s;
    CHECK(live_lines({row, {}}, row.created_at + 1h)[0] == "Rebuild 7 of mini-1: finished, 1m00s");
}

TEST_CASE("a paused rebuild says so until it has ended") {
    RebuildRow row = a_rebuild();
    row.paused = true;
    CHECK(live_lines({row, {}}, row.created_at + 1s)[0] ==
          "Rebuild 7 of mini-1: running, paused, 1.0s");
    ChangeReport report(5s);
    CHECK(report.next(row, row.created_at)->find("rebuild 7 running, paused: ") !=
          std::string::npos);
    row.state = "cancelled";
    CHECK(live_lines({row, {}}, row.created_at + 1s)[0] == "Rebuild 7 of mini-1: cancelled, 1.0s");
}

TEST_CASE("a large farm does not scroll the live view away") {
    const WatchSnapshot snapshot{a_rebuild(),
                                 std::vector<RunningRow>(100, {"worker", "lame x86_64"})};
    const auto lines = live_lines(snapshot, TimePoint{});
    CHECK(lines.size() < 20);
    CHECK(lines.back() == "  and 88 more");
}

TEST_CASE("plain lines come once for each change, not too often, and the end is never left out") {
    ChangeReport report(5s);
    RebuildRow row = a_rebuild();
    const TimePoint start = row.created_at;
    CHECK(
        report.next(row, start + 1s) ==
        "1.0s rebuild 7 running: builds 5/24 (1 failed, 2 running), comparisons 3/10 (1 running)");
    CHECK_FALSE(report.next(row, start + 20s));
    row.builds["succeeded"] = 5;
    CHECK(report.next(row, start + 21s));
    row.builds["succeeded"] = 6;
    CHECK_FALSE(report.next(row, start + 22s));
    row.state = "finished";
    CHECK(report.next(row, start + 23s));
    CHECK_FALSE(report.next(row, start + 24s));
}
