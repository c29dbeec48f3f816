#include "cli/output/progress_bar.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace terrace::cli;

TEST_CASE("the bar is as wide as asked, whatever the numbers are") {
    CHECK(progress_bar(0, 10, 12) == "[----------]");
    CHECK(progress_bar(5, 10, 12) == "[#####-----]");
    CHECK(progress_bar(10, 10, 12) == "[##########]");
    CHECK(progress_bar(11, 10, 12) == "[##########]");
    CHECK(progress_bar(-1, 10, 12) == "[----------]");
    CHECK(progress_bar(0, 0, 12) == "[----------]");
    CHECK(progress_bar(1, 2, 0) == "[-]");
    const auto largest = std::numeric_limits<std::int64_t>::max();
    CHECK(progress_bar(largest - 1, largest, 12) == "[#########-]");
}

TEST_CASE("the bar is full only when all is done") {
    CHECK(progress_bar(999, 1000, 12) == "[#########-]");
}

TEST_CASE("the numbers follow the bar") {
    CHECK(progress(6, 12, 12) == "[#####-----]  6/12");
}
