#include "scheduler/core/comparison_progress.hpp"

#include <doctest/doctest.h>

#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

BenchmarkFile a_file() {
    return a_config().benchmarks.at("fast");
}

ComparisonOrder an_order() {
    ComparisonOrder order;
    order.benchmark = a_file();
    order.benchmark_digest = digest_of(order.benchmark);
    return order;
}

/// What the farm remembers of a look.
void add(Measured& measured, int attempt, int from, int pairs, const std::string& cpu) {
    const LookReport look = a_look(an_order(), from, pairs, {});
    measured.looks[{AttemptId{attempt}, pairs}] = {.attempt = AttemptId{attempt},
                                                   .pairs = pairs,
                                                   .comparison = {},
                                                   .cpu = cpu,
                                                   .benchmark_digest = look.benchmark_digest,
                                                   .host = {},
                                                   .measured_at = {}};
    for (const Sample& sample : look.samples) {
        ComparisonSample row;
        static_cast<Sample&>(row) = sample;
        row.attempt = AttemptId{attempt};
        measured.samples[{row.attempt, row.benchmark, row.pair, row.variant}] = row;
    }
}

std::string refusal(const LookReport& look, int pairs_done = 0) {
    const auto error = why_refused(look, a_file(), pairs_done, 40);
    return error ? error->message : "";
}

}  // namespace

TEST_CASE("the looks of all attempts on one kind of CPU count together, others do not") {
    const Digest file = digest_of(a_file());
    Measured measured;
    add(measured, 1, 0, 10, "Intel A");
    add(measured, 1, 10, 20, "Intel A");
    add(measured, 2, 0, 10, "AMD B");
    add(measured, 3, 20, 40, "Intel A");
    CHECK(progress_of(measured, "Intel A", file).pairs == 40);
    CHECK(progress_of(measured, "Intel A", file).samples.size() == 80);
    CHECK(progress_of(measured, "AMD B", file).pairs == 10);
    CHECK(progress_of(measured, "AMD B", file).samples.size() == 20);
    CHECK(progress_of(measured, "Intel C", file).pairs == 0);
    CHECK(progress_of(measured, "Intel A", Digest{std::string(64, '0')}).pairs == 0);
    CHECK(attempts_with_looks(measured) == 3);
}

TEST_CASE("samples that no look covers count for nothing") {
    Measured measured;
    add(measured, 1, 0, 10, "Intel A");
    add(measured, 1, 10, 20, "Intel A");
    measured.looks.erase({AttemptId{1}, 20});
    CHECK(progress_of(measured, "Intel A", digest_of(a_file())).samples.size() == 20);
}

TEST_CASE("another command or corpus is another benchmark, another margin is not") {
    BenchmarkFile file = a_file();
    file.benchmarks[0].loss_max = 0.5;
    file.benchmarks[0].role = BenchmarkRole::guarded;
    CHECK(digest_of(file) == digest_of(a_file()));
    file.benchmarks[0].command += " -1";
    CHECK(digest_of(file) != digest_of(a_file()));
    BenchmarkFile moved = a_file();
    moved.corpus = moved.install[0];
    moved.install.clear();
    CHECK(digest_of(moved) != digest_of(a_file()));
}

TEST_CASE("a look brings all pairs of all benchmarks from where the comparison is") {
    const LookReport good = a_look(an_order(), 10, 20, {});
    CHECK(refusal(good, 10).empty());
    CHECK(refusal(good, 0).find("has 0 on such a CPU") != std::string::npos);
    CHECK(refusal(good, 20).find("has 20 on such a CPU") != std::string::npos);
    CHECK_FALSE(refusal(a_look(an_order(), 0, 42, {})).empty());
    CHECK_FALSE(refusal(a_look(an_order(), 0, 5, {})).empty());

    LookReport look = good;
    look.benchmark_digest = {};
    CHECK(refusal(look, 10) == "The benchmark file has changed since this attempt was leased.");
    look = good;
    look.samples.pop_back();
    CHECK(refusal(look, 10).find("every benchmark's pairs") != std::string::npos);
    look = good;
    look.samples.back() = look.samples.front();
    CHECK(refusal(look, 10).find("reported twice") != std::string::npos);
    look = good;
    look.samples.back().pair = 3;
    CHECK_FALSE(refusal(look, 10).empty());
    look = good;
    look.samples.back().user_us = -1;
    CHECK_FALSE(refusal(look, 10).empty());
    look = good;
    look.samples.back().benchmark = "other";
    CHECK_FALSE(refusal(look, 10).empty());
}

}  // namespace terrace::core::testing
