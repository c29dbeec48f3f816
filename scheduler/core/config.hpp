#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/time.hpp"

/// What the operator decided, read once at start and constant from then on.
namespace terrace::core {

/// One output of a release.
struct VariantSpec {
    std::string name;
    std::string target_arch;           ///< rpmbuild --target; the RPMs' arch with `encoding: arch`
    Level target_level = Level::none;  ///< what is compiled
    Level run_level = Level::none;     ///< what %check executes: the least that a worker must have
    Encoding encoding = Encoding::arch;
    std::string mock_config;           ///< name of the .cfg, without suffix
    std::vector<std::string> defines;  ///< further --define "NAME VALUE"
    std::string digest;  ///< of all of this and of the mock config's text: part of the identity
};

/// What verdict a measurement gives, and what the gate makes of it (docs/gate.md).
struct GatePolicy {
    double gain_min = 0.02;  ///< promote: the interval's lower end is above 1 + this
    double loss_max =
        0.01;  ///< regress: the upper end is below 1 - this; equivalent: all inside +-this
    double noise_max =
        0.25;  ///< unstable: log ratios of pairs spread wider than this (standard deviation)
    int quadruples = 10;  ///< ABBA blocks of each benchmark; each gives two pairs
};
BOOST_DESCRIBE_STRUCT(GatePolicy, (), (gain_min, loss_max, noise_max, quadruples))

struct ReleaseSpec {
    std::string name;
    std::string dist_suffix;
    std::vector<VariantSpec> variants;  ///< the first is the baseline
    std::vector<std::string> streams;   ///< the first is where rebuilds go unless told
    GatePolicy gate;

    const VariantSpec& baseline() const { return variants.front(); }
    const VariantSpec* variant(const std::string& variant_name) const {
        for (const VariantSpec& candidate : variants) {
            if (candidate.name == variant_name) return &candidate;
        }
        return nullptr;
    }
};

/// How often and how soon what the package is not to blame for is tried again.
struct RetryPolicy {
    int infra_failures_max = 5;
    Duration delay_min = std::chrono::seconds(10);
    Duration delay_max = std::chrono::minutes(30);
};

struct FarmConfig {
    std::map<std::string, ReleaseSpec> releases;
    std::map<std::string, BenchmarkFile> benchmarks;  ///< by source package
    RetryPolicy retry;
    Duration lease_length = std::chrono::minutes(1);
    Duration heartbeat_interval = std::chrono::seconds(10);
    Duration build_timeout = std::chrono::hours(4);
    Duration comparison_timeout = std::chrono::hours(1);
};

}  // namespace terrace::core
