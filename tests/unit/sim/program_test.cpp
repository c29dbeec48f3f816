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

std::vector<std::string> with(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"--fleet",    "tests/sim/app/fleets/mixed-40.yaml",
                                          "--workload", "tests/data/fedora-rawhide",
                                          "--packages", "300"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

}  // namespace

TEST_CASE("the same seed gives the same bytes, another seed others") {
    const std::vector<std::string> arguments =
        with({"--rebuilds", "2", "--urgent-at", "600", "--urgent-packages", "10", "--json"});
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
    const Run ordered = run(with({"--mode", "ordered", "--policy", "koji,fifo,obs"}));
    CHECK(ordered.exit_code == 0);
    CHECK(ordered.out.find("longest chain of builds") != std::string::npos);
}

TEST_CASE("a wrong command line is told from what failed") {
    CHECK(run({"--help"}).exit_code == 0);
    CHECK(run({}).exit_code == 2);
    CHECK(run(with({"--policy", "slurm"})).exit_code == 2);
    CHECK(run(with({"--urgent-at", "5"})).exit_code == 2);
    CHECK(run(with({"--gantt", "chart.gif"})).exit_code == 2);
    CHECK(run(with({"--replay", "README.md"})).exit_code == 2);
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
