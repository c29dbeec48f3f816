#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/integration/bench/toy_package.hpp"
#include "worker/bench/twin_roots.hpp"

namespace terrace::bench {

namespace {

/// A mock that writes down how it is called and then does what `behaviour`, a piece of shell, says.
class FakeMock {
public:
    explicit FakeMock(const std::string& behaviour) : context_(toy_.context()) {
        const std::filesystem::path script = toy_.path() / "mock";
        std::ofstream(script) << fmt::format("#!/bin/bash\necho \"$*\" >> {}\n{}\nexit 0\n",
                                             calls_file().string(), behaviour);
        std::filesystem::permissions(script, std::filesystem::perms(0755));
        context_.mock_command = {script};
        context_.attempt_config = "toy.cfg";
        context_.isolation = "simple";
    }

    ComparisonContext& context() { return context_; }
    ComparisonOrder order() const { return toy_.order(); }
    Error run(const ComparisonOrder& order) {
        const auto result = run_comparison(order, context_);
        REQUIRE(result.has_error());
        return result.error();
    }
    Error run() { return run(order()); }
    std::string calls() const {
        return std::filesystem::exists(calls_file()) ? os::read_file(calls_file()) : "";
    }
    void check_cleaned() const {
        CHECK(calls().find("-r toy.cfg --uniqueext bench-test-a --isolation=simple --clean\n") !=
              std::string::npos);
        CHECK(calls().find("-r toy.cfg --uniqueext bench-test-b --isolation=simple --clean\n") !=
              std::string::npos);
    }

private:
    std::filesystem::path calls_file() const { return toy_.path() / "calls"; }

    test::ToyPackage toy_;
    ComparisonContext context_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a mock that cannot make the root is the host's trouble, and both roots are cleaned") {
    FakeMock mock("[[ $* == *--init* ]] && { echo 'ERROR: no space left'; exit 2; }");
    const Error error = mock.run();
    CHECK(error.code == Errc::unavailable);
    CHECK(error.message ==
          "In the baseline's build root, mock --init ended with exit code 2: ERROR: no space left");
    mock.check_cleaned();
}

TEST_CASE("packages that cannot be installed are to blame themselves") {
    FakeMock mock("[[ $* == *--install* ]] && { echo 'nothing provides libx'; exit 30; }");
    const Error error = mock.run();
    CHECK(error.code == Errc::invalid_argument);
    CHECK(contains(error.message, "mock --install ended with exit code 30: nothing provides libx"));
    CHECK(contains(mock.calls(), "/toy-libs-1-1.x86_64.rpm"));
    CHECK(contains(mock.calls(), "/toy-data-1-1.noarch.rpm"));
    CHECK_FALSE(contains(mock.calls(), "toy-devel"));
    mock.check_cleaned();
}

TEST_CASE("a corpus script that fails is told with its last words") {
    FakeMock mock(
        "[[ $* == *--chroot* ]] && { echo 'cannot read'; echo 'INFO: {\"exit_code\":4}'; }");
    const Error error = mock.run();
    CHECK(error.code == Errc::invalid_argument);
    CHECK(
        contains(error.message,
                 "The corpus script failed in the baseline's root with exit code 4: cannot read"));
    mock.check_cleaned();
}

TEST_CASE("corpora that differ are the benchmark's fault, packages that differ the host's") {
    FakeMock corpora(
        "[[ $* == *--chroot* ]] && echo terrace-packages 1 && echo terrace-corpus $RANDOM$RANDOM");
    CHECK(corpora.run().message == "The corpus script of toy makes other data each time it runs.");
    FakeMock packages(
        "[[ $* == *--chroot* ]] && echo terrace-corpus 1 && echo terrace-packages $RANDOM$RANDOM");
    CHECK(packages.run().code == Errc::unavailable);
}

TEST_CASE("a cancelled comparison ends mock at once and cleans up") {
    FakeMock mock("[[ $* == *--init* ]] && exec tail -f /dev/null");
    mock.context().cancelled = [&mock] { return contains(mock.calls(), "--init"); };
    CHECK(mock.run().code == Errc::conflict);
    CHECK(contains(mock.calls(), "bench-test-a --isolation=simple --orphanskill\n"));
    mock.check_cleaned();
}

TEST_CASE("a comparison that takes too long is ended") {
    FakeMock mock("[[ $* == *--init* ]] && exec tail -f /dev/null");
    ComparisonOrder order = mock.order();
    order.timeout = std::chrono::milliseconds(100);
    CHECK(mock.run(order).message == "The comparison took longer than its order allows.");
    mock.check_cleaned();
}

TEST_CASE("each block gives the files of both roots a new place, before its first run of them") {
    FakeMock mock(
        "[[ $* == *--chroot* ]] && echo terrace-packages 1 && echo terrace-corpus 1 && "
        "echo terrace-swapped toy && echo '{\"exit_code\":0,\"user_us\":10}'");
    const auto result = run_comparison(mock.order(), mock.context());
    if (result.has_error()) FAIL(result.error().message);
    std::string sides;
    std::istringstream calls(mock.calls());
    for (std::string line; std::getline(calls, line);) {
        if (!contains(line, "'--padding' ") || contains(line, "'--padding' '0'")) continue;
        const bool variant = contains(line, "bench-test-b");
        const bool moved = contains(line, "/bin/bash /terrace/move && '/terrace/measure' ");
        sides += moved ? (variant ? 'B' : 'A') : (variant ? 'b' : 'a');
    }
    REQUIRE(sides.size() == 8);
    for (const std::string& block : {sides.substr(0, 4), sides.substr(4)}) {
        CAPTURE(block);
        CHECK((block == "ABba" || block == "BAab"));
    }
}

TEST_CASE("orders that do not fit together are refused before any root is made") {
    FakeMock mock("");
    ComparisonOrder order = mock.order();
    order.benchmark.install = {"toys"};
    CHECK(contains(mock.run(order).message,
                   "installs toys, which the baseline's build did not make"));
    order = mock.order();
    order.benchmark.install = {"toy-data"};
    CHECK(mock.run(order).message == "The benchmark of toy installs no package with code.");
    order = mock.order();
    order.variant_rpms.erase(order.variant_rpms.begin());
    CHECK(mock.run(order).message ==
          "The variant's build did not make toy, which the baseline's did.");
    mock.context().rpm_files.clear();
    CHECK(mock.run().code == Errc::not_found);
    CHECK_FALSE(contains(mock.calls(), "--init"));
}

}  // namespace terrace::bench
