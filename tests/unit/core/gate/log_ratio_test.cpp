#include "scheduler/core/gate/log_ratio.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace terrace::core {
namespace {

Sample a_sample(int pair, bool variant, std::int64_t user_us) {
    return {.benchmark = "b", .pair = pair, .variant = variant, .user_us = user_us};
}

}  // namespace

TEST_CASE("a block's log ratio is the mean of its pairs', above 0 where the variant is faster") {
    const std::vector<double> blocks =
        block_log_ratios("b", {a_sample(0, false, 200), a_sample(0, true, 100),
                               a_sample(1, true, 100), a_sample(1, false, 100)});
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0] == doctest::Approx(std::log(2.0) / 2));
}

TEST_CASE(
    "it counts what the kernel did for the run, since what is user and what is system is a guess") {
    std::vector<Sample> samples = {a_sample(0, false, 200), a_sample(0, true, 60),
                                   a_sample(1, true, 100), a_sample(1, false, 150)};
    samples[1].system_us = 40;
    samples[3].system_us = 50;
    const std::vector<double> blocks = block_log_ratios("b", samples);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0] == doctest::Approx(std::log(2.0)));
}

TEST_CASE("a host that gets slower by the same factor with each run does not bias a block") {
    for (const bool variant_first : {false, true}) {
        std::vector<Sample> samples;
        double time = 1e9;
        for (const int pair : {0, 1}) {
            for (const bool second : {false, true}) {
                const bool variant = (pair == 0) == (second != variant_first);
                samples.push_back(a_sample(pair, variant, static_cast<std::int64_t>(time)));
                time *= 1.1;
            }
        }
        const std::vector<double> blocks = block_log_ratios("b", samples);
        REQUIRE(blocks.size() == 1);
        CHECK(std::abs(blocks[0]) < 1e-8);
    }
}

TEST_CASE("samples without partner, pairs without block and times of 0 are left out") {
    std::vector<Sample> samples = {
        a_sample(0, false, 100), a_sample(0, true, 100),  a_sample(1, true, 0),
        a_sample(1, false, 100), a_sample(2, false, 100), a_sample(2, true, 100),
        a_sample(3, true, 100),  a_sample(3, false, 100), a_sample(4, false, 100),
        a_sample(4, true, 100),  a_sample(5, true, 100)};
    CHECK(block_log_ratios("b", samples).size() == 1);
    CHECK(block_log_ratios("other", samples).empty());
}

}  // namespace terrace::core
