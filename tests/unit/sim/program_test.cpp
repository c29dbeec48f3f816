#include "tests/sim/app/program.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "common/os/files.hpp"
#include "common/wire/json.hpp"

namespace terrace::sim {
namespace {

struct Run {
    int exit_code = 0;
    std::string out;
    std::string err;
};

Run run(std::vector<std::string> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    cli::Output output{.out = out, .err = err, .out_style = {}, .err_style = {}};
    const int exit_code = run_program(std::move(arguments), output);
    return {exit_code, out.str(), err.str()};
}

/// A release of 150 sources; every third needs the two before it, every fifth is noarch.
class SmallRelease {
public:
    SmallRelease() {
        std::string sources =
            "name\tmain_arch\texclusivearch\texcludearch\tbr_resolved\tbuild_s_est\tmem_mb_est\n";
        std::string binaries = "binary\tsource\n";
        for (int i = 0; i < 150; ++i) {
            const std::string number = std::to_string(i);
            const std::string needs =
                i % 3 == 2 ? "b" + std::to_string(i - 1) + "|b" + std::to_string(i - 2) : "";
            sources += "s" + number + (i % 5 == 0 ? "\tnoarch" : "\tarch") + "\t\t\t" + needs +
                       "\t" + std::to_string(20 + i * i % 977) + "\t100\n";
            binaries += "b" + number + "\ts" + number + "\n";
        }
        os::write_file_atomically(directory_.path() / "sources.tsv", sources);
        os::write_file_atomically(directory_.path() / "binaries.tsv", binaries);
    }

    const std::filesystem::path& path() const { return directory_.path(); }

    std::vector<std::string> with(const std::vector<std::string>& more) const {
        std::vector<std::string> arguments = {"--fleet", "tests/sim/app/fleets/mixed-40.yaml",
                                              "--workload", path().string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

private:
    os::TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("the same seed gives the same bytes, another seed others") {
    const SmallRelease release;
    const std::vector<std::string> arguments = release.with(
        {"--rebuilds", "2", "--urgent-at", "600", "--urgent-packages", "10", "--json"});
    const Run first = run(arguments);
    CHECK(first.exit_code == 0);
    CHECK(first.out == run(arguments).out);
    std::vector<std::string> other = arguments;
    other.insert(other.end(), {"--seed", "2"});
    CHECK(first.out != run(other).out);
    const auto json = wire::json::parse(first.out);
    CHECK(json.at("policies").as_array().size() == 4);
    for (const auto& policy : json.at("policies").as_array())
        CHECK(policy.at("over_bound").to_number<double>() >= 1);
}

TEST_CASE("rivals keep the order of an ordered rebuild") {
    const SmallRelease release;
    const Run ordered = run(release.with({"--mode", "ordered", "--policy", "koji,fifo,obs"}));
    CHECK(ordered.exit_code == 0);
    CHECK(ordered.out.find("longest chain of builds") != std::string::npos);
}

TEST_CASE("charts are drawn, the same bytes each time") {
    const SmallRelease release;
    const os::TemporaryDirectory directory;
    const auto draw = [&](const std::string& name) {
        const std::string gantt = (directory.path() / (name + "-gantt.svg")).string();
        const std::string use = (directory.path() / (name + "-use.svg")).string();
        const Run drawn = run(release.with({"--gantt", gantt, "--utilisation", use}));
        CAPTURE(drawn.err);
        REQUIRE(drawn.exit_code == 0);
        return os::read_file(gantt) + os::read_file(use);
    };
    const std::string first = draw("first");
    CHECK(first.find("hours since the first submission") != std::string::npos);
    CHECK(first.find("slots, by level") != std::string::npos);
    CHECK(first.find("builds for x86_64_v3") != std::string::npos);
    CHECK(first == draw("second"));
}

TEST_CASE("a wrong command line is told from what failed") {
    const SmallRelease release;
    CHECK(run({"--help"}).exit_code == 0);
    CHECK(run({}).exit_code == 2);
    CHECK(run(release.with({"--policy", "slurm"})).exit_code == 2);
    CHECK(run(release.with({"--urgent-at", "5"})).exit_code == 2);
    CHECK(run(release.with({"--gantt", "chart.gif"})).exit_code == 2);
    CHECK(run(release.with({"--replay", "README.md"})).exit_code == 2);
    const os::TemporaryDirectory directory;
    const auto fleet = directory.path() / "fleet.yaml";
    os::write_file_atomically(fleet,
                              "groups:\n  - {count: 1, level: x86_64_v2, cores: 1, memory_gib: 64, "
                              "disk_gib: 1}\n");
    const Run too_small = run(
        {"--fleet", fleet.string(), "--workload", "tests/data/fedora-rawhide", "--packages", "20"});
    CHECK(too_small.exit_code == 1);
    CHECK(too_small.err.find("No slot of the fleet can run") != std::string::npos);
}

}  // namespace terrace::sim
